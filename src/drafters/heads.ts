import { type Distribution, likeliest, probability } from "../core/distribution.js";
import { chain, EMPTY } from "../core/tree.js";
import type { Drafter } from "../core/types.js";

export interface HeadsOptions {
  /** Name of the target output that holds the heads' logits, `[count, size]` at each node. */
  readonly tap?: string;
  /** Heads: head i guesses the token i + 2 places behind its node (the target's own head says the next one). */
  readonly count: number;
  /** Tokens a head scores, the first of the vocabulary. */
  readonly size: number;
}

/** Several tokens at once from heads on the target's last hidden state, computed in the target's own pass (Cai et al. 2024). */
export const heads = ({ tap = "heads", count, size }: HeadsOptions): Drafter => ({
  name: "heads",
  taps: [tap],
  async start() {
    let logits: Float32Array | undefined;
    return {
      propose({ budget, distribution, draw }) {
        if (!logits) return EMPTY;
        const tokens: number[] = [];
        const drawnFrom: Distribution[] = [];
        for (let head = 0; head < Math.min(count, budget.depth); head++) {
          const q = distribution(logits.subarray(head * size, (head + 1) * size), tokens);
          drawnFrom.push(q);
          tokens.push(draw(q, head));
        }
        return chain(tokens, { drawnFrom, confidence: drawnFrom.map((q) => probability(q, likeliest(q))) });
      },
      observe(round) {
        logits = round.hidden(round.verdict.path.at(-1) ?? -1, tap);
      },
    };
  },
});
