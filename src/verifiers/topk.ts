import type { Distribution } from "../core/distribution.js";
import { inRange } from "../core/errors.js";
import { holds } from "../core/holds.js";
import type { Token, Verifier } from "../core/types.js";
import { relaxed, settled } from "./relaxed.js";

/**
 * A guess stands where it is among the target's k likeliest tokens (Llasa+, Tian et al. 2025). Tokens that top-k, top-p, min-p
 * or typical sampling cut off never stand; at temperature 0, where one token is left, the rank among the logits counts.
 *
 * @throws a usage error unless k is a number of at least 0
 */
export function topk({ k }: { readonly k: number }): Verifier {
  inRange('k of the verifier "topk"', k, 0, Number.POSITIVE_INFINITY);
  const admits = (guess: Token, logits: Float32Array, p: Distribution) =>
    (settled(p) || holds(p, guess)) && isAmong(k, guess, logits);
  return relaxed({
    name: "topk",
    guarantee: {
      bound: `a guess that plain decoding would not have drawn is among the target's ${k} likeliest tokens`,
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
