import { type Distribution, probability } from "../core/distribution.js";
import type { Token } from "../core/types.js";

/** What logits say of a token by their softmax at temperature 1. */
export interface Chance {
  readonly probability: number;
  /** Of the whole softmax, in nats. */
  readonly entropy: number;
}

/** How far below the largest logit a token's is, in nats: 0 or more, Infinity where it is masked. */
export const belowTop = (token: Token, logits: Float32Array): number => topOf(logits) - logits[token];

/** With weights w = exp(logit - top) the entropy is log(sum w) - sum(w log w) / sum w. */
export function chanceOf(token: Token, logits: Float32Array): Chance {
  const top = topOf(logits);
  let total = 0;
  let moment = 0;
  for (const logit of logits) {
    const weight = Math.exp(logit - top);
    total += weight;
    if (weight > 0) moment += weight * (logit - top);
  }
  return {
    probability: Math.exp(logits[token] - top) / total,
    entropy: Math.log(total) - moment / total,
  };
}

function topOf(logits: Float32Array): number {
  let top = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > top) top = logit;
  return top;
}

/**
 * True where the run's settings leave a single token: at temperature 0, or where cuts go so far. Then the distribution tells
 * nothing of the other tokens, and the logits do. A softmax that is nothing else leaves all tokens, and none is listed here.
 */
export const settled = (p: Distribution): boolean => !p.logits && p.tokens.length === 1;

/** The target's probability of a guess; where the distribution is settled, by its logits at temperature 1. */
export const ownChance = (guess: Token, p: Distribution, logits: () => Float32Array): number =>
  settled(p) ? chanceOf(guess, logits()).probability : probability(p, guess);
