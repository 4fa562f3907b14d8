import { usage } from "../core/errors.js";
import { EMPTY } from "../core/tree.js";
import type { Drafter, Past, Token } from "../core/types.js";
import { roomIn } from "./bounds.js";
import { drawnChain } from "./drawn-chain.js";
import { MIN_CONFIDENCE, type ModelDrafterOptions } from "./model.js";
import { lastToken } from "./text.js";

/** Part of a target's own network, on the target's own keys and values (see `targetPart`). */
export interface TargetPart {
  /** The logits behind the last of `tokens`, which follow what the target has read. */
  scores(past: Past, tokens: readonly Token[]): Promise<Float32Array>;
}

/**
 * The target drafts for itself, token by token, by a part of its network: without some of its layers (Self-Speculative decoding,
 * Zhang et al. 2024), or with an exit behind its first ones (Kangaroo, Liu et al. 2024; LayerSkip, Elhoushi et al. 2024). What
 * the target has read the part need not read again, and it keeps nothing: each guess is a pass over all guesses before it. Before
 * the target's first pass there is nothing to go on from, and no guess.
 *
 * @throws a usage error behind the first pass where the target's sessions do not show what they have read
 *
 * @example
 * selfSpeculative(await targetPart(graph, shape, [0, 1, 2, 3]));
 */
export const selfSpeculative = (
  part: TargetPart,
  { minConfidence = MIN_CONFIDENCE }: ModelDrafterOptions = {},
): Drafter => ({
  name: "selfSpeculative",
  async start({ model: { vocabularySize }, past: shown }) {
    return {
      async propose(context) {
        const { prompt, output, budget } = context;
        const past = shown?.();
        const room = roomIn(budget);
        if (room === 0 || output.length === 0) return EMPTY;
        if (!past)
          throw usage(
            "the target's sessions do not show what they have read, and this drafter goes on from there: choose another one",
          );
        // The last token is all that the target has not read yet.
        if (past.length !== prompt.length + output.length - 1) return EMPTY;
        return drawnChain(context, {
          room,
          vocabularySize,
          least: Math.max(minConfidence, budget.worth ?? 0),
          row: (drawn) => part.scores(past, [lastToken(context), ...drawn]),
        });
      },
    };
  },
});
