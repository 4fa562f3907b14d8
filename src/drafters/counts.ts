import type { Token } from "../core/types.js";
import { hashOfLast } from "./context.js";
import type { Top } from "./top.js";

/** Tokens of the longest context that is counted. */
export const ORDER = 3;
/** Followers of a context that are told apart; the others count in the total. */
const KEPT = 8;

/** What followed a context, the most frequent first. */
export interface Followers {
  readonly tokens: readonly Token[];
  readonly counts: readonly number[];
  readonly total: number;
}

/** Followers by a context's hash; the contexts that were seen last come last. */
export type Counts = Map<number, Followers>;

/** What followed the longest context that has been seen, and how long that is. */
export function longestSeen(
  context: readonly Token[],
  find: (key: number) => Followers | undefined,
): { readonly followers: Followers; readonly length: number } | undefined {
  for (let length = Math.min(ORDER, context.length); length > 0; length--) {
    const followers = find(hashOfLast(context, length));
    if (followers) return { followers, length };
  }
  return undefined;
}

/**
 * Counts what follows a context and its ends: each token by its share of the target's distribution, so that a pass tells more
 * than the token that was drawn.
 *
 * @param find what was counted before; left out: what is in `counts`
 */
export function count(
  counts: Counts,
  context: readonly Token[],
  top: Top,
  find: (key: number) => Followers | undefined = (key) => counts.get(key),
): void {
  for (let length = 1; length <= Math.min(ORDER, context.length); length++) {
    const key = hashOfLast(context, length);
    const more = added(find(key), top);
    // A Map keeps the order in which its keys came.
    counts.delete(key);
    counts.set(key, more);
  }
}

/** Forgets the contexts that were seen longest ago. */
export function forget(counts: Counts, most: number): void {
  for (const key of counts.keys()) {
    if (counts.size <= most) break;
    counts.delete(key);
  }
}

/** A new list: others may still read the old one. */
function added(before: Followers | undefined, { tokens, shares }: Top): Followers {
  const sums = new Map(before?.tokens.map((token, i) => [token, before.counts[i]]));
  tokens.forEach((token, i) => {
    sums.set(token, (sums.get(token) ?? 0) + shares[i]);
  });
  const kept = [...sums].sort(([, a], [, b]) => b - a).slice(0, KEPT);
  return {
    tokens: kept.map(([token]) => token),
    counts: kept.map(([, sum]) => sum),
    total: (before?.total ?? 0) + shares.reduce((sum, share) => sum + share, 0),
  };
}
