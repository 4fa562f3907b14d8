import { usage } from "../core/errors.js";
import { named, noSuch } from "../core/near.js";
import type { Verifier } from "../core/types.js";
import { block } from "./block.js";
import { identical } from "./identical.js";
import { lenient } from "./lenient.js";
import { rejection } from "./rejection.js";
import { rollback } from "./rollback.js";
import { tolerance } from "./tolerance.js";
import { topk } from "./topk.js";
import { typical } from "./typical.js";

/** Verifiers that change nothing, and what they keep. */
export const LOSSLESS = {
  identical: "the tokens of plain decoding",
  rejection: "the chances of plain decoding",
  block: "the same, judging guesses as a whole",
} as const;

/** Relaxed verifiers that are good for every medium, and what their knob `relax` says. */
export const RELAXED = {
  tolerance: "guesses stand although another token was drawn, in at most this share of places",
  typical: "guesses stand that are likely enough for the uncertainty there, 0 to 1",
  lenient: "no token more than 1 / (1 - relax) times as likely as it should be",
  topk: "guesses stand that are among so many likeliest",
  rollback: "guesses stand whose chance is at least exp(-relax)",
} as const;

export type LosslessName = keyof typeof LOSSLESS;
export type RelaxedName = keyof typeof RELAXED;

export const isLossless = (name: string): name is LosslessName => Object.hasOwn(LOSSLESS, name);

const makers: Record<LosslessName, () => Verifier> = { identical, rejection, block };

/**
 * A lossless verifier by its name.
 *
 * @throws a usage error for a name that is none
 *
 * @example
 * const verifier = losslessVerifier("rejection");
 */
export const losslessVerifier = (name: LosslessName): Verifier => named(makers, name, "verifier")();

/** How a relaxed verifier is set by one number: 0 is plain decoding, and more is further from it. */
export interface Knob {
  readonly initial: number;
  readonly high: number;
  readonly whole?: boolean;
  /** The verifier at a setting above 0. */
  readonly at: (relax: number) => Verifier;
}

/** Of tokens, in nats: a guess as unlikely as this is none that a sampler would draw. */
const MOST_SURPRISE = 23;

export const knobs: Readonly<Record<RelaxedName, Knob>> = {
  tolerance: { initial: 0.1, high: 1, at: (beta) => tolerance({ beta }) },
  typical: { initial: 0.7, high: 1, at: (relax) => typical({ epsilon: 1 - relax }) },
  lenient: { initial: 0.5, high: 0.99, at: (relax) => lenient({ lenience: 1 - relax }) },
  topk: { initial: 10, high: 1_000_000, whole: true, at: (k) => topk({ k }) },
  rollback: { initial: 2, high: MOST_SURPRISE, at: (distance) => rollback({ distance }) },
};

/**
 * A verifier by its name; `relax` 0 is lossless, and more is further from it, in the verifier's own measure.
 *
 * @param relaxed what there is besides the lossless ones
 *
 * @throws usage errors for a name that is none, and for a setting out of range or given to a verifier that has none
 *
 * @example
 * const verifier = namedVerifier("typical", 0.5);
 */
export function namedVerifier(
  name: string,
  relax?: number,
  relaxed: Readonly<Record<string, Knob>> = knobs,
): Verifier {
  if (isLossless(name)) {
    if (relax === undefined || relax === 0) return losslessVerifier(name);
    throw usage(
      `the verifier "${name}" is lossless and takes no relax: choose one of ${Object.keys(relaxed).join(", ")}`,
    );
  }
  if (!Object.hasOwn(relaxed, name))
    throw noSuch(`verifier "${name}"`, name, Object.keys({ ...LOSSLESS, ...relaxed }));
  const { initial, high, whole = false, at } = relaxed[name];
  const value = relax ?? initial;
  if (!(value >= 0 && value <= high) || (whole && !Number.isInteger(value)))
    throw usage(
      `relax is ${value}: for the verifier "${name}" give a ${whole ? "whole " : ""}number from 0 to ${high}`,
    );
  // At 0 all of them are plain decoding.
  return value === 0 ? { ...tolerance({ beta: 0 }), name } : at(value);
}
