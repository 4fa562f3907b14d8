import { type Distribution, probability, residual } from "../core/distribution.js";
import { sample } from "../core/noise.js";
import type { Verifier } from "../core/types.js";
import { drawn } from "./rejection.js";

/**
 * Block verification (Sun et al. 2024, algorithm 2): judges a chain as a whole, so that likely tokens at its end may keep an
 * unlikely one before them. Never fewer accepted tokens than `rejection`, same exact distribution. With P_0 = 1,
 * P_i = min(1, P_{i-1} p_i(x_i) / q_i(x_i)), a prefix of i < n stands with probability
 * h_i = Z / (Z + 1 - P_i), Z = sum_x max(0, P_i p_{i+1}(x) - q_{i+1}(x)), and the whole block with h_n = P_n.
 */
export const block = (): Verifier => ({
  name: "block",
  guarantee: "lossless",
  shape: "chain",
  draws: "chance",
  verify({ draft, target, chance }) {
    const n = draft.tokens.length;
    const q = draft.tokens.map((token, node) => drawn(draft.drawnFrom?.[node], token));
    let standing = 0;
    let scale = 1;
    let standingScale = 1;
    for (let i = 1; i <= n; i++) {
      const node = i - 1;
      const token = draft.tokens[node];
      scale = Math.min(1, (scale * probability(target(node - 1), token)) / probability(q[node], token));
      const h = i === n ? scale : prefixChance(target(node), q[i], scale);
      // Every prefix gets a chance of its own, also behind one that fell.
      if (chance() <= h) {
        standing = i;
        standingScale = scale;
      }
    }
    const path = draft.tokens.slice(0, standing).map((_, node) => node);
    const p = target(standing - 1);
    const rest = standing === n ? p : (residual(p, q[standing], standingScale) ?? p);
    return { path, next: sample(rest, chance()) };
  },
});

function prefixChance(p: Distribution, q: Distribution, scale: number): number {
  const left = residual(p, q, scale)?.total ?? 0;
  const denominator = left + 1 - scale;
  return denominator > 0 ? left / denominator : 1;
}
