import { probability } from "../core/distribution.js";
import type { Verifier } from "../core/types.js";
import { agreement, checkRange, relaxed } from "./relaxed.js";

/**
 * Lenience (Leviathan et al. 2023, appendix A.5): the target's probabilities count 1 / lenience times. 1 is lossless.
 */
export function lenient({ lenience }: { readonly lenience: number }): Verifier {
  checkRange("lenient", "lenience", lenience, 1);
  return relaxed({
    name: "lenient",
    bound: `no token is more than ${lenience > 0 ? (1 / lenience).toPrecision(3) : "infinitely many"} times as likely as under the target`,
    chanceOf(deviation) {
      const { guess, p, q } = deviation;
      const room = probability(p, guess) * (1 / lenience - 1);
      const reached = (q ? probability(q, guess) : 1) * (1 - agreement(deviation));
      return lenience === 0 ? 1 : Math.min(1, room / reached);
    },
  });
}
