import type { Distribution } from "../core/distribution.js";
import { inRange } from "../core/errors.js";
import { holds } from "../core/holds.js";
import type { Token, Verifier } from "../core/types.js";
import { belowTop, settled } from "./logits.js";
import { relaxed } from "./relaxed.js";

export interface TopkOptions {
  readonly k: number;
  /** Most that a guess's logit may be below the largest one, in nats at temperature 1. */
  readonly margin?: number;
}

/**
 * A guess stands where it is among the target's k likeliest tokens (Llasa+, Tian et al. 2025) and its log-probability is within a
 * margin of the best one (approximate greedy verification: SpecDec, Xia et al. 2023, whose beta and tau are k and margin).
 * Tokens that top-k, top-p, min-p or typical sampling cut off never stand; at temperature 0, where one token is left, rank and
 * margin among the logits count.
 *
 * @throws a usage error unless k and margin are numbers of at least 0
 *
 * @example
 * topk({ k: 3, margin: 1 });
 */
export function topk({ k, margin = Number.POSITIVE_INFINITY }: TopkOptions): Verifier {
  inRange('k of the verifier "topk"', k, 0);
  inRange('margin of the verifier "topk"', margin, 0);
  const admits = (guess: Token, logits: Float32Array, p: Distribution) =>
    (settled(p) || holds(p, guess)) && isAmong(k, guess, logits) && belowTop(guess, logits) <= margin;
  const within =
    margin < Number.POSITIVE_INFINITY
      ? `, and at least ${Math.exp(-margin).toPrecision(3)} times as likely as the likeliest at temperature 1`
      : "";
  return relaxed({
    name: "topk",
    shape: "tree",
    guarantee: {
      bound: `a guess that plain decoding would not have drawn is among the target's ${k} likeliest tokens${within}`,
      admits,
    },
    chanceOf: ({ guess, p, logits }) => (admits(guess, logits(), p) ? 1 : 0),
  });
}

/** True where fewer than k tokens have a larger logit. */
function isAmong(k: number, guess: Token, logits: Float32Array): boolean {
  const own = logits[guess];
  if (!(own > Number.NEGATIVE_INFINITY)) return false;
  let larger = 0;
  for (let token = 0; token < logits.length && larger < k; token++) if (logits[token] > own) larger++;
  return larger < k;
}
