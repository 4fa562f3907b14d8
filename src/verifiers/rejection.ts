import { certain, type Distribution, probability, residual, without } from "../core/distribution.js";
import { sample } from "../core/noise.js";
import { children } from "../core/tree.js";
import type { Verifier } from "../core/types.js";

/**
 * Speculative sampling (Leviathan et al. 2023; Chen et al. 2023): a guess x drawn from q stands with probability
 * min(1, p(x) / q(x)); behind a rejection p becomes norm(max(0, p - q)). Siblings are tried in draft order, each with the
 * distribution of its own draw (Jeon et al. 2024, recursive rejection sampling); a guess that was not drawn counts as q = 1.
 * The output follows the target's distribution exactly.
 */
export const rejection = (): Verifier => ({
  name: "rejection",
  guarantee: "lossless",
  shape: "tree",
  draws: "chance",
  verify({ draft, target, chance }) {
    const path: number[] = [];
    let node = -1;
    for (;;) {
      let p = target(node);
      let accepted = -1;
      for (const child of children(draft, node)) {
        const token = draft.tokens[child];
        const q = draft.drawnFrom?.[child];
        if (chance() * (q ? probability(q, token) : 1) < probability(p, token)) {
          accepted = child;
          break;
        }
        // Nothing left means p equals q: the rejection was a rounding error, and p still stands.
        p = (q ? residual(p, q) : without(p, token)) ?? p;
      }
      if (accepted < 0) return { path, next: sample(p, chance()) };
      path.push(accepted);
      node = accepted;
    }
  },
});

/** q of a guess that was not drawn. */
export const drawn = (q: Distribution | undefined, token: number): Distribution => q ?? certain(token);
