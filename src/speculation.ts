import { usage } from "./core/errors.js";
import { fixedLength, plain } from "./core/plan.js";
import type { Drafter, Encoded, Plan } from "./core/types.js";

/** What a person may ask of speculation. */
export interface SpeculationOptions<E extends Encoded, Name extends string> {
  /** By name, or one of your own; the model's best if left out. */
  readonly drafter?: Name | Drafter<E>;
  /** Always this many guesses; left out, as many as pay on this machine. */
  readonly draftLength?: number;
}

/** A model of any medium, as far as its drafters go. */
export interface Drafting<E extends Encoded, Name extends string> {
  readonly defaultDrafter: Name;
  drafter(name: Name): Promise<Drafter<E>>;
  plan(name: string): Promise<Plan>;
}

export interface Speculation<E extends Encoded> {
  readonly drafter: Drafter<E> | undefined;
  readonly plan: Plan;
}

/** The drafter and the plan that were asked for. @throws a usage error for a length out of range */
export async function speculation<E extends Encoded, Name extends string>(
  { defaultDrafter, drafter: named, plan }: Drafting<E, Name>,
  { drafter: wished = defaultDrafter, draftLength }: SpeculationOptions<E, Name>,
  most: number,
): Promise<Speculation<E>> {
  if (
    draftLength !== undefined &&
    !(Number.isInteger(draftLength) && draftLength >= 0 && draftLength <= most)
  )
    throw usage(`draft length is ${draftLength}: give a whole number from 0 to ${most}`);
  if (wished === "none" || draftLength === 0) return { drafter: undefined, plan: plain() };
  const drafter = typeof wished === "string" ? await named(wished) : wished;
  return { drafter, plan: draftLength === undefined ? await plan(drafter.name) : fixedLength(draftLength) };
}
