import type { Distribution } from "../core/distribution.js";
import { inRange } from "../core/errors.js";
import type { Token, Verifier } from "../core/types.js";
import { ownChance } from "./logits.js";
import { relaxed } from "./relaxed.js";

export interface RollbackOptions {
  /** Most surprise, in nats: a guess stands while -log p(guess) is not above it. 0 is plain decoding. */
  readonly distance: number;
  /** Most guesses in a row that plain decoding would not have drawn: where there are more, all of that row fall. */
  readonly mismatches?: number;
}

/**
 * The roll-back of BiLD (Kim et al. 2023): the target takes over from the first guess that is too far from its own
 * prediction, by the cross-entropy of its distribution with the guess. `mismatches` is how the survey of Xia et al. (2024,
 * section 6.1) reads it: guesses fall when too many in a row are not the target's own. At temperature 0, where the target's
 * distribution is one token, p is the softmax of the logits at temperature 1.
 *
 * @throws a usage error unless distance is a number of at least 0, and mismatches a whole one
 */
export function rollback({ distance, mismatches }: RollbackOptions): Verifier {
  inRange('distance of the verifier "rollback"', distance, 0);
  if (mismatches !== undefined)
    inRange('mismatches of the verifier "rollback"', mismatches, 0, undefined, { whole: true });
  const least = Math.exp(-distance);
  const admits = (guess: Token, logits: () => Float32Array, p: Distribution) => {
    const own = ownChance(guess, p, logits);
    return own > 0 && own >= least;
  };
  const row = mismatches === undefined ? "" : `; no more than ${mismatches} such guesses in a row`;
  return relaxed({
    name: "rollback",
    shape: "tree",
    guarantee: {
      bound: `a guess that plain decoding would not have drawn has at least ${least.toPrecision(3)} of the target's probability (at temperature 0: of its probability at temperature 1)${row}`,
      admits: (guess, logits, p) => admits(guess, () => logits, p),
      inARow: mismatches,
    },
    chanceOf: ({ guess, p, logits }) => (admits(guess, logits, p) ? 1 : 0),
  });
}
