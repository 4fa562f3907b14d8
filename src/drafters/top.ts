import type { Token } from "../core/types.js";

/** The likeliest tokens, in that order (the lower among equals), and the chance of each among them. */
export interface Top {
  readonly tokens: readonly Token[];
  readonly shares: readonly number[];
}

/** The `count` likeliest tokens of a row of logits. One pass over the row: nearly every logit costs one comparison. */
export function topOf(row: ArrayLike<number>, count: number): Top {
  const tokens: Token[] = [];
  const logits: number[] = [];
  let least = Number.NEGATIVE_INFINITY;
  for (let token = 0; token < row.length; token++) {
    const logit = row[token];
    // False for NaN and for what is masked; +Infinity is an error wherever it counts.
    if (!(logit > least && logit < Number.POSITIVE_INFINITY)) continue;
    let at = Math.min(logits.length, count - 1);
    for (; at > 0 && logits[at - 1] < logit; at--) {
      logits[at] = logits[at - 1];
      tokens[at] = tokens[at - 1];
    }
    logits[at] = logit;
    tokens[at] = token;
    if (logits.length === count) least = logits[count - 1];
  }
  const weights = logits.map((logit) => Math.exp(logit - logits[0]));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return { tokens, shares: weights.map((weight) => weight / total) };
}
