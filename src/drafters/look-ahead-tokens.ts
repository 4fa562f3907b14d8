import { EMPTY } from "../core/tree.js";
import type { Drafter, Token } from "../core/types.js";
import { roomIn } from "./bounds.js";
import { drawnChain } from "./drawn-chain.js";

/**
 * Learned tokens behind the draft, in the target's own pass: what the target says behind them are guesses for the next round
 * (PaSS, Monea et al. 2023). They count where the whole draft stood; a round of which a guess falls leaves the next one without.
 * No more of them are scored than there may be guesses.
 *
 * @param tokens the look-ahead tokens, from behind the target's vocabulary, in their order
 *
 * @example
 * lookAheadTokens([49152, 49153, 49154]);
 */
export const lookAheadTokens = (tokens: readonly Token[]): Drafter => ({
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
          row: (drawn) => known[drawn.length],
        });
        return { ...draft, ahead: tokens.slice(0, most) };
      },
      observe({ start, tokens: committed, draft: { tokens: guesses, ahead = [] }, verdict, logits }) {
        first = start + committed.length;
        const isWhole = verdict.path.length === guesses.length;
        rows = isWhole ? ahead.map((_, i) => logits(guesses.length + i)) : [];
      },
    };
  },
});
