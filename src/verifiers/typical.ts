import { type Distribution, probability } from "../core/distribution.js";
import type { Verifier } from "../core/types.js";
import { checkRange, relaxed } from "./relaxed.js";

/** Typical acceptance (Medusa, Cai et al. 2024): a guess stands where p(guess) >= min(epsilon, sqrt(epsilon) exp(-entropy of p)). */
export function typical({ epsilon }: { readonly epsilon: number }): Verifier {
  checkRange("typical", "epsilon", epsilon, 1);
  return relaxed({
    name: "typical",
    bound: `a guess that plain decoding would not have drawn has at least min(${epsilon}, ${Math.sqrt(epsilon).toPrecision(3)} exp(-entropy)) of the target's probability`,
    chanceOf: ({ guess, p }) =>
      probability(p, guess) >= Math.min(epsilon, Math.sqrt(epsilon) * Math.exp(-entropy(p))) ? 1 : 0,
  });
}

/** In nats. */
function entropy({ weights, total }: Distribution): number {
  let sum = 0;
  for (const weight of weights) sum -= (weight / total) * Math.log(weight / total);
  return sum;
}
