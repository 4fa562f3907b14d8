import { type Distribution, probability } from "../core/distribution.js";
import { inRange } from "../core/errors.js";
import type { Verifier } from "../core/types.js";
import { type Deviation, relaxed, settled } from "./relaxed.js";

/**
 * Typical acceptance (Medusa, Cai et al. 2024): a guess stands where p(guess) >= min(epsilon, sqrt(epsilon) exp(-entropy of p)).
 * At temperature 0, where the target's distribution is one token, p is the softmax of the logits at temperature 1.
 *
 * @throws a usage error unless epsilon is a number from 0 to 1
 */
export function typical({ epsilon }: { readonly epsilon: number }): Verifier {
  inRange('epsilon of the verifier "typical"', epsilon, 0, 1);
  const admits = ({ guess, p, logits }: Pick<Deviation, "guess" | "p" | "logits">) => {
    const { own, entropy } = settled(p) ? ofLogits(guess, logits()) : ofDistribution(guess, p);
    return own > 0 && own >= Math.min(epsilon, Math.sqrt(epsilon) * Math.exp(-entropy));
  };
  return relaxed({
    name: "typical",
    guarantee: {
      bound: `a guess that plain decoding would not have drawn has at least min(${epsilon}, ${Math.sqrt(epsilon).toPrecision(3)} exp(-entropy)) of the target's probability (at temperature 0: of its probability at temperature 1)`,
      admits: (guess, logits, p) => admits({ guess, p, logits: () => logits }),
    },
    chanceOf: (deviation) => (admits(deviation) ? 1 : 0),
  });
}

/** A token's probability, and the entropy in nats. */
interface Surprise {
  readonly own: number;
  readonly entropy: number;
}

function ofDistribution(guess: number, of: Distribution): Surprise {
  const { weights, total } = of;
  let entropy = 0;
  for (const weight of weights) entropy -= (weight / total) * Math.log(weight / total);
  return { own: probability(of, guess), entropy };
}

/** ... of the softmax at temperature 1: with weights w = exp(logit - top) the entropy is log(sum w) - sum(w log w) / sum w. */
function ofLogits(guess: number, logits: Float32Array): Surprise {
  let top = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > top) top = logit;
  let total = 0;
  let moment = 0;
  for (const logit of logits) {
    const weight = Math.exp(logit - top);
    total += weight;
    if (weight > 0) moment += weight * (logit - top);
  }
  return { own: Math.exp(logits[guess] - top) / total, entropy: Math.log(total) - moment / total };
}
