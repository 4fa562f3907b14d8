import { type Distribution, likeliest, probability } from "../core/distribution.js";
import { chain, EMPTY } from "../core/tree.js";
import type { Drafter } from "../core/types.js";

export interface HeadsOptions {
  /** Name of the target output that holds the heads' logits, `[count, size]` at each node, or what they are made from. */
  readonly tap?: string;
  /** Heads: head i guesses the token i + 2 places behind its node (the target's own head says the next one). */
  readonly count: number;
  /** Tokens a head scores, the first of the vocabulary. */
  readonly size: number;
  /** The heads' logits `[count, size]` from the tapped output; without it the output is the logits. */
  readonly compute?: (hidden: Float32Array) => Promise<Float32Array>;
}

/** Several tokens at once from heads on the target's last hidden state (Cai et al. 2024). */
export const heads = ({ tap = "heads", count, size, compute }: HeadsOptions): Drafter => ({
  name: "heads",
  taps: [tap],
  async start() {
    let hidden: Float32Array | undefined;
    return {
      async propose({ budget, distribution, draw }) {
        if (!hidden) return EMPTY;
        const logits = compute ? await compute(hidden) : hidden;
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
        hidden = round.hidden(round.verdict.path.at(-1) ?? -1, tap);
      },
    };
  },
});
