import { usage } from "../core/errors.js";
import { EMPTY } from "../core/tree.js";
import type { Drafter } from "../core/types.js";
import { roomIn } from "./bounds.js";
import { drawnChain } from "./drawn-chain.js";

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

/**
 * Several tokens at once from heads on the target's last hidden state (Medusa, Cai et al. 2024): a chain with a guess of
 * each head. All that is drawn is proposed.
 *
 * @throws a usage error at the start when a head scores more tokens than the target has
 *
 * @example
 * heads({ tap: "heads", count: 3, size: target.vocabularySize });
 */
export const heads = ({ tap = "heads", count, size, compute }: HeadsOptions): Drafter => ({
  name: "heads",
  taps: [tap],
  async start({ model: { vocabularySize } }) {
    if (size > vocabularySize)
      throw usage(
        `the heads score ${size} tokens, the target has ${vocabularySize}: give the number of tokens that a head scores`,
      );
    let hidden: Float32Array | undefined;
    /** The place in the output that the first head guesses. */
    let first = 0;
    return {
      async propose(context) {
        const { output, budget } = context;
        // Heads whose places are drafted already are skipped.
        const skipped = output.length - first;
        const room = roomIn(budget, count - skipped);
        if (!hidden || skipped < 0 || room === 0) return EMPTY;
        const logits = compute ? await compute(hidden) : hidden;
        const row = (head: number) => logits.subarray(head * size, (head + 1) * size);
        return drawnChain(context, { room, vocabularySize, row: (drawn) => row(skipped + drawn.length) });
      },
      observe(round) {
        hidden = round.hidden(round.verdict.path.at(-1) ?? -1, tap);
        first = round.start + round.tokens.length;
      },
    };
  },
});
