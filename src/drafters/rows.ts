import { type Distribution, likeliest, NEGLIGIBLE, probability } from "../core/distribution.js";
import type { Token } from "../core/types.js";

/** A score that no token wins with while another one is left: e to this is zero. */
const IMPOSSIBLE = -1e30;

/**
 * A row of logits of the first tokens of a vocabulary as a row of all `size`. The tokens it says nothing about are next to
 * impossible rather than masked: where the rules allow no other ones, they are all alike, and there is still a distribution.
 */
export function fullRow(row: Float32Array, size: number): Float32Array {
  if (row.length >= size) return row;
  const full = new Float32Array(size).fill(IMPOSSIBLE);
  full.set(row);
  return full;
}

/** The same of some tokens' logits. Tokens that the vocabulary lacks are left out. */
export function sparseRow(tokens: readonly Token[], logits: ArrayLike<number>, size: number): Float32Array {
  const row = new Float32Array(size).fill(IMPOSSIBLE);
  for (const [i, token] of tokens.entries()) if (token >= 0 && token < size) row[token] = logits[i];
  return row;
}

/**
 * How sure a drafter is of the likeliest token of `q`, which was made of a row of its logits: its chance; and where q is
 * certain, because the temperature is 0, its chance at temperature 1. What only rules make certain is certain.
 */
export function sureness(q: Distribution, row: Float32Array): number {
  const best = likeliest(q);
  if (q.tokens.length > 1) return probability(q, best);
  const top = row[best];
  let sum = 0;
  for (const logit of row) {
    if (logit > top) return 1;
    if (logit > top - NEGLIGIBLE) sum += Math.exp(logit - top);
  }
  return 1 / sum;
}
