import type { Verifier } from "../core/types.js";
import { checkRange, relaxed, within } from "./relaxed.js";

/**
 * Acceptance raised by a constant (speech speculative decoding, Lin et al. 2025): a guess that plain decoding would not have
 * drawn stands in a share `beta` of all cases.
 */
export function tolerance({ beta }: { readonly beta: number }): Verifier {
  checkRange("tolerance", "beta", beta, 1);
  return relaxed({
    name: "tolerance",
    bound: `total variation from the target's distribution at most ${beta} a position`,
    chanceOf: (deviation) => within(beta, deviation),
  });
}
