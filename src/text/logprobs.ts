import type { Round, Token } from "../core/types.js";
import { topOf } from "../drafters/top.js";

export interface TokenChance {
  readonly token: Token;
  /** Natural logarithm of its probability; -Infinity: never. */
  readonly logprob: number;
}

/** A token of the output, and the likeliest ones at its place. */
export interface TokenLogprobs extends TokenChance {
  /** The likeliest first, the lower token first among equals. */
  readonly top: readonly TokenChance[];
}

/**
 * Log probabilities of a round's tokens, those of the model itself: before rules, penalties, temperature and cuts.
 *
 * @param count of the likeliest that are wanted besides
 */
export const logprobsOf = ({ tokens, verdict, logits }: Round, count: number): TokenLogprobs[] =>
  tokens.map((token, i) => {
    // The first is judged behind the last committed token, each other one behind the node before it.
    const row = logits(i === 0 ? -1 : verdict.path[i - 1]);
    const shift = logOfSum(row);
    const chance = (of: Token): TokenChance => ({ token: of, logprob: row[of] - shift });
    return { ...chance(token), top: topOf(row, count).tokens.map(chance) };
  });

function logOfSum(row: Float32Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const logit of row) if (logit > most) most = logit;
  let sum = 0;
  for (const logit of row) sum += Math.exp(logit - most);
  return most + Math.log(sum);
}
