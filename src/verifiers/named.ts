import { named } from "../core/near.js";
import type { Verifier } from "../core/types.js";
import { block } from "./block.js";
import { identical } from "./identical.js";
import { rejection } from "./rejection.js";

/** Verifiers that change nothing, and what they keep. */
export const LOSSLESS = {
  identical: "the tokens of plain decoding",
  rejection: "the chances of plain decoding",
  block: "the same, judging guesses as a whole",
} as const;

export type LosslessName = keyof typeof LOSSLESS;

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
