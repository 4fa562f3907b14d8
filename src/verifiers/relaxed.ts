import { type Distribution, probability } from "../core/distribution.js";
import type { Bound, Token, Verifier } from "../core/types.js";

export interface Deviation {
  /** The guess, and what plain decoding draws in its place; they differ. */
  readonly guess: Token;
  readonly pick: Token;
  /** The target's distribution, and the one the guess was drawn from, if it was drawn. */
  readonly p: Distribution;
  readonly q: Distribution | undefined;
  /**
   * The target's logits there, `[vocabularySize]`: masked (-Infinity) and penalised, before temperature and cuts. Made when
   * they are asked for: at temperature 0 `p` is one token, and tells nothing of the others.
   */
  logits(): Float32Array;
}

export interface RelaxedOptions {
  readonly name: string;
  /** How far from the target's distribution this goes, in words and as a number. */
  readonly guarantee: Bound;
  /** The chance, 0..1, that a guess stands although plain decoding draws another token. */
  readonly chanceOf: (deviation: Deviation) => number;
}

/**
 * Plain decoding with exceptions: a guess stands where it equals the position's own draw, as under `identical`, and besides
 * with a chance that says how relaxed it is. With the chance 0 the output is plain decoding's. Judges chains.
 *
 * @example
 * relaxed({
 *   name: "one in ten",
 *   guarantee: { bound: "total variation at most 0.1 a position", totalVariation: 0.1 },
 *   chanceOf: () => 0.1,
 * });
 */
export const relaxed = ({ name, guarantee, chanceOf }: RelaxedOptions): Verifier => ({
  name,
  guarantee,
  shape: "chain",
  draws: "noise",
  verify({ draft, target, logits, pick: draw, chance }) {
    const path: number[] = [];
    for (;;) {
      const node = path.length - 1;
      const p = target(node);
      const pick = draw(p, path.length);
      const guess = draft.tokens[path.length];
      if (guess === undefined) return { path, next: pick };
      if (guess !== pick) {
        const q = draft.drawnFrom?.[path.length];
        const stands = chance() < chanceOf({ guess, pick, p, q, logits: () => logits(node) });
        if (!stands) return { path, next: pick };
      }
      path.push(path.length);
    }
  },
});

/**
 * P(plain decoding draws x | x was guessed): p(x) for a guess that owes nothing to the position's noise; for one drawn from q
 * with that same noise, 1 / sum_k max(q_k, p_k q_x / p_x) (Gumbel coupling: Maddison et al. 2014, Daliri et al. 2024).
 */
export function agreement({ guess, p, q }: Pick<Deviation, "guess" | "p" | "q">): number {
  const own = probability(p, guess);
  if (!q || own === 0) return own;
  const ratio = probability(q, guess) / own;
  let sum = 0;
  let j = 0;
  for (let i = 0; i < p.tokens.length; i++) {
    for (; j < q.tokens.length && q.tokens[j] < p.tokens[i]; j++) sum += q.weights[j] / q.total;
    const shared = q.tokens[j] === p.tokens[i];
    sum += Math.max(shared ? q.weights[j] / q.total : 0, (p.weights[i] / p.total) * ratio);
    if (shared) j++;
  }
  for (; j < q.tokens.length; j++) sum += q.weights[j] / q.total;
  return Math.min(1, 1 / sum);
}

/** The largest chance of a deviation that keeps P(output differs from plain decoding's draw | the guess) within `delta`. */
export function within(delta: number, deviation: Deviation): number {
  const differ = 1 - agreement(deviation);
  if (delta === 0) return 0;
  return differ > 0 ? Math.min(1, delta / differ) : 1;
}

/**
 * True where the run's settings leave a single token: at temperature 0, or where cuts go so far. Then the distribution tells
 * nothing of the other tokens, and the logits do. A softmax that is nothing else leaves all tokens, and none is listed here.
 */
export const settled = (p: Distribution): boolean => !p.logits && p.tokens.length === 1;
