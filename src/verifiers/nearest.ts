import { inRange } from "../core/errors.js";
import type { Token, Verifier } from "../core/types.js";
import { relaxed, within } from "./relaxed.js";

export interface NearestOptions {
  readonly delta: number;
  /** Tokens that look or sound much like this one: its nearest in the codebook. */
  readonly neighbours: (token: Token) => Iterable<Token>;
}

/**
 * Latent neighbours (LANTERN, Jang et al. 2025): a guess stands in for a token near it in the codebook, in a share `delta` of
 * all cases at most. 0 is plain decoding.
 *
 * @throws a usage error unless delta is a number from 0 to 1
 */
export function nearest({ delta, neighbours }: NearestOptions): Verifier {
  inRange('delta of the verifier "nearest"', delta, 0, 1);
  const known = new Map<Token, ReadonlySet<Token>>();
  const near = (token: Token) => {
    let set = known.get(token);
    if (!set) {
      set = new Set(neighbours(token));
      known.set(token, set);
    }
    return set;
  };
  return relaxed({
    name: "nearest",
    guarantee: {
      bound: `total variation from the target's distribution at most ${delta} a position, and only codebook neighbours take one another's place`,
      totalVariation: delta,
    },
    chanceOf: (deviation) => (near(deviation.guess).has(deviation.pick) ? within(delta, deviation) : 0),
  });
}
