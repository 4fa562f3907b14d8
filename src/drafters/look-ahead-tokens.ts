import { EMPTY } from "../core/tree.js";
import type { Drafter, Token } from "../core/types.js";
import { roomIn } from "./bounds.js";
import { drawnChain } from "./drawn-chain.js";

export interface LookAheadOptions {
  /**
   * Behind the last guess only: after a round of which a guess fell nothing is known. Or behind the last token and each guess:
   * there are guesses in every round, for more rows a pass.
   */
  readonly behind?: "last" | "each";
}

/**
 * Learned tokens behind the guesses, in the target's own pass: what the target says behind them are guesses for the next round
 * (PaSS, Monea et al. 2023). No more in a row are scored than there may be guesses.
 *
 * @param tokens the look-ahead tokens, from behind the target's vocabulary, in their order
 *
 * @example
 * lookAheadTokens([49152, 49153, 49154]);
 */
export const lookAheadTokens = (
  tokens: readonly Token[],
  { behind = "each" }: LookAheadOptions = {},
): Drafter => ({
  name: "lookAheadTokens",
  async start({ model: { vocabularySize } }) {
    let rows: readonly Float32Array[] = [];
    /** The place in the output of the first guess. */
    let first = 0;
    return {
      async propose(context) {
        const most = roomIn(context.budget, tokens.length);
        if (most === 0) return EMPTY;
        const known = context.output.length === first ? rows : [];
        const draft = await drawnChain(context, {
          room: Math.min(most, known.length),
          vocabularySize,
          least: context.budget.worth,
          row: (drawn) => known[drawn.length],
        });
        const nodes = [-1, ...draft.tokens.keys()];
        const followed = behind === "each" ? nodes : nodes.slice(-1);
        const own = tokens.slice(0, most);
        return { ...draft, ahead: followed.map((node) => ({ behind: node, tokens: own })) };
      },
      observe({ start, tokens: committed, draft, verdict, logits }) {
        first = start + committed.length;
        rows = [];
        const end = verdict.path.at(-1) ?? -1;
        let row = draft.tokens.length;
        for (const { behind, tokens: scored } of draft.ahead ?? []) {
          if (behind === end) rows = scored.map((_, i) => logits(row + i));
          row += scored.length;
        }
      },
    };
  },
});
