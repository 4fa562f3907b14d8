import { inRange } from "../core/errors.js";
import { once } from "../core/once.js";
import type { Drafter, Encoded, Plan } from "../core/types.js";
import { fixedLength, plain } from "../plans/fixed.js";

/** What a person may ask of speculation. */
export interface SpeculationOptions<E extends Encoded, Name extends string> {
  /** By name, or one of your own; the model's best if left out. */
  readonly drafter?: Name | Drafter<E>;
  /** Always this many guesses; left out, as many as pay on this machine. */
  readonly draftLength?: number;
}

/** A model of any medium, as far as its drafters go. */
export interface Draftable<E extends Encoded, Name extends string> {
  readonly defaultDrafter: Name;
  drafter(name: Name): Promise<Drafter<E>>;
  plan(drafter: string | Drafter<E>): Promise<Plan>;
}

export interface Speculation<E extends Encoded> {
  readonly drafter: Drafter<E> | undefined;
  readonly plan: Plan;
}

/** The drafter and the plan that were asked for. @throws a usage error for a length out of range */
export async function speculation<E extends Encoded, Name extends string>(
  { defaultDrafter, drafter: named, plan }: Draftable<E, Name>,
  { drafter: wished = defaultDrafter, draftLength }: SpeculationOptions<E, Name>,
  most: number,
): Promise<Speculation<E>> {
  if (draftLength !== undefined) inRange("draft length", draftLength, 0, most, { whole: true });
  if (wished === "none" || draftLength === 0) return { drafter: undefined, plan: plain() };
  const drafter = typeof wished === "string" ? await named(wished) : wished;
  return { drafter, plan: draftLength === undefined ? await plan(wished) : fixedLength(draftLength) };
}

/**
 * A plan for each drafter, made when it is first asked for: those that a model has go by their names; of one's own each has a
 * plan to itself, whatever its name, for as long as it is in use. A plan that could not be made is tried again next time.
 *
 * @param make gets the name of a drafter that the model has
 */
export function plansBy<P>(make: (name?: string) => Promise<P>): (drafter: string | object) => Promise<P> {
  const named = once((name: string) => make(name));
  const own = new WeakMap<object, () => Promise<P>>();
  return (drafter) => {
    if (typeof drafter === "string") return named(drafter);
    const plan = own.get(drafter) ?? once(() => make());
    own.set(drafter, plan);
    return plan();
  };
}
