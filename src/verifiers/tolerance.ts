import { inRange } from "../core/errors.js";
import type { Verifier } from "../core/types.js";
import { relaxed, within } from "./relaxed.js";

/**
 * Acceptance raised by a constant (speech speculative decoding, Lin et al. 2025): a guess that plain decoding would not have
 * drawn stands in a share `beta` of all cases. 0 is plain decoding.
 *
 * @throws a usage error unless beta is a number from 0 to 1
 */
export function tolerance({ beta }: { readonly beta: number }): Verifier {
  inRange('beta of the verifier "tolerance"', beta, 0, 1);
  return relaxed({
    name: "tolerance",
    guarantee: {
      bound: `total variation from the target's distribution at most ${beta} a position`,
      totalVariation: beta,
    },
    chanceOf: (deviation) => within(beta, deviation),
  });
}
