import type { Token } from "../core/types.js";

/** The likeliest tokens, in that order (the lower among equals), and the chance of each among them. */
export interface Top {
  readonly tokens: readonly Token[];
  readonly shares: readonly number[];
}

/**
 * The `count` likeliest tokens of a row of logits, without NaN and what is masked. One pass over the row, four logits at a time:
 * after the first ones nearly all are below the least that is kept, and this halves what finding that out takes.
 */
export function topOf(row: Float32Array, count: number): Top {
  if (count === 0) return { tokens: [], shares: [] };
  const tokens = new Int32Array(count);
  const logits = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  let least = Number.NEGATIVE_INFINITY;

  function take(token: Token): void {
    const logit = row[token];
    // False for NaN; +Infinity is an error wherever it counts.
    if (!(logit > least && logit < Number.POSITIVE_INFINITY)) return;
    let at = count - 1;
    for (; at > 0 && logits[at - 1] < logit; at--) {
      logits[at] = logits[at - 1];
      tokens[at] = tokens[at - 1];
    }
    logits[at] = logit;
    tokens[at] = token;
    least = logits[count - 1];
  }

  const whole = row.length - (row.length % 4);
  for (let token = 0; token < whole; token += 4)
    if (row[token] > least || row[token + 1] > least || row[token + 2] > least || row[token + 3] > least)
      for (let i = 0; i < 4; i++) take(token + i);
  for (let token = whole; token < row.length; token++) take(token);

  const found = logits.filter((logit) => logit > Number.NEGATIVE_INFINITY);
  const weights = Array.from(found, (logit) => Math.exp(logit - found[0]));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    tokens: Array.from(tokens.subarray(0, found.length)),
    shares: weights.map((weight) => weight / total),
  };
}
