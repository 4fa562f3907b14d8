import { type Distribution, probability } from "../core/distribution.js";
import { inRange } from "../core/errors.js";
import type { Verifier } from "../core/types.js";
import { type Chance, chanceOf, settled } from "./logits.js";
import { type Deviation, relaxed } from "./relaxed.js";

/**
 * Typical acceptance (Medusa, Cai et al. 2024): a guess stands where p(guess) >= min(epsilon, sqrt(epsilon) exp(-entropy of p)).
 * At temperature 0, where the target's distribution is one token, p is the softmax of the logits at temperature 1.
 *
 * @throws a usage error unless epsilon is a number from 0 to 1
 */
export function typical({ epsilon }: { readonly epsilon: number }): Verifier {
  inRange('epsilon of the verifier "typical"', epsilon, 0, 1);
  const admits = ({ guess, p, logits }: Pick<Deviation, "guess" | "p" | "logits">) => {
    const { probability: own, entropy } = settled(p) ? chanceOf(guess, logits()) : ofDistribution(guess, p);
    return own > 0 && own >= Math.min(epsilon, Math.sqrt(epsilon) * Math.exp(-entropy));
  };
  return relaxed({
    name: "typical",
    shape: "tree",
    guarantee: {
      bound: `a guess that plain decoding would not have drawn has at least min(${epsilon}, ${Math.sqrt(epsilon).toPrecision(3)} exp(-entropy)) of the target's probability (at temperature 0: of its probability at temperature 1)`,
      admits: (guess, logits, p) => admits({ guess, p, logits: () => logits }),
    },
    chanceOf: (deviation) => (admits(deviation) ? 1 : 0),
  });
}

function ofDistribution(guess: number, of: Distribution): Chance {
  const { weights, total } = of;
  let entropy = 0;
  for (const weight of weights) entropy -= (weight / total) * Math.log(weight / total);
  return { probability: probability(of, guess), entropy };
}
