import { probability } from "../core/distribution.js";
import { inRange } from "../core/errors.js";
import type { Token, Verifier } from "../core/types.js";
import { belowTop, settled } from "./logits.js";
import { agreement, relaxed } from "./relaxed.js";

/**
 * Lenience (Leviathan et al. 2023, appendix A.5): the target's probabilities count 1 / lenience times. At temperature 0, where
 * the target's distribution is one token, a guess stands if p(guess) >= lenience max p, p the softmax of the logits at
 * temperature 1 (the appendix' rule for argmax). 1 is plain decoding, 0 lets every guess stand.
 *
 * @throws a usage error unless lenience is a number from 0 to 1
 */
export function lenient({ lenience }: { readonly lenience: number }): Verifier {
  inRange('lenience of the verifier "lenient"', lenience, 0, 1);
  const admits = (guess: Token, logits: Float32Array) =>
    lenience < 1 && Math.exp(-belowTop(guess, logits)) >= lenience;
  const times = lenience > 0 ? (1 / lenience).toPrecision(3) : "infinitely many";
  return relaxed({
    name: "lenient",
    guarantee: {
      bound: `no token is more than ${times} times as likely as under the target; at temperature 0, a guess that plain decoding would not have drawn is at least ${lenience} times as likely at temperature 1 as the likeliest token`,
      ratio: 1 / lenience,
      admits: (guess, logits, target) => !settled(target) || admits(guess, logits),
    },
    chanceOf(deviation) {
      const { guess, p, q, logits } = deviation;
      if (settled(p)) return admits(guess, logits()) ? 1 : 0;
      if (lenience === 0) return 1;
      const room = probability(p, guess) * (1 / lenience - 1);
      const reached = (q ? probability(q, guess) : 1) * (1 - agreement(deviation));
      return room > 0 ? Math.min(1, room / reached) : 0;
    },
  });
}
