import { type Distribution, probability } from "../core/distribution.js";
import { childrenOfAny, isChain, pathTo } from "../core/tree.js";
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
  /** How far from the target's distribution this goes, in words and as a number. `inARow` is kept here. */
  readonly guarantee: Bound;
  /** The chance, 0..1, that a guess stands although plain decoding draws another token. */
  readonly chanceOf: (deviation: Deviation) => number;
  /**
   * "tree": siblings are judged one after the other in draft order, each with its own chance, where none is plain decoding's
   * draw. Only for chances whose bound does not care how many are tried: a guess is admitted or it is not.
   */
  readonly shape?: Verifier["shape"];
}

/**
 * Plain decoding with exceptions: a guess stands where it equals the position's own draw, as under `identical`, and besides
 * with a chance that says how relaxed it is. With the chance 0 the output is plain decoding's. Where more guesses in a row than
 * `guarantee.inARow` would stand by exception all of that row fall, back to its first one.
 *
 * @example
 * relaxed({
 *   name: "one in ten",
 *   guarantee: { bound: "total variation at most 0.1 a position", totalVariation: 0.1 },
 *   chanceOf: () => 0.1,
 * });
 */
export const relaxed = ({ name, guarantee, chanceOf, shape = "chain" }: RelaxedOptions): Verifier => ({
  name,
  guarantee,
  shape,
  draws: "noise",
  verify({ draft, target, logits, pick: draw, chance }) {
    const { inARow = Number.POSITIVE_INFINITY } = guarantee;
    const reach = isChain(draft) ? 1 : draft.tokens.length;
    const picks: Token[] = [];
    /** Exceptions at the end of the path. */
    let row = 0;
    // As under `identical`, all nodes with the same tokens before them are followed.
    for (let nodes = [-1]; ; ) {
      const p = target(nodes[0]);
      const pick = draw(p, picks.length);
      picks.push(pick);
      const found = childrenOfAny(draft, nodes, reach);
      const holding = (token: Token) => found.filter((node) => draft.tokens[node] === token);
      const stands = (guess: Token) => {
        const q = draft.drawnFrom?.[holding(guess)[0]];
        return chance() < chanceOf({ guess, pick, p, q, logits: () => logits(nodes[0]) });
      };
      const guesses = new Set(found.map((node) => draft.tokens[node]));
      const guess = guesses.has(pick) ? pick : [...guesses].find(stands);
      const path = () => pathTo(draft, nodes[0]);
      if (guess === undefined) return { path: path(), next: pick };
      row = guess === pick ? 0 : row + 1;
      if (row > inARow) {
        const kept = picks.length - row;
        return { path: path().slice(0, kept), next: picks[kept] };
      }
      nodes = holding(guess);
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
