import { behind } from "../core/behind.js";
import { closeAll, openAll } from "../core/close.js";
import { inRange } from "../core/errors.js";
import { firstPath } from "../core/tree.js";
import type { DraftContext, Drafter, Drafting, Encoded, Model, Token } from "../core/types.js";
import { roomIn } from "./bounds.js";
import { joined } from "./merge.js";
import { MIN_CONFIDENCE, type ModelDrafterOptions } from "./model.js";
import { openSmall } from "./small.js";

export interface CascadeOptions extends ModelDrafterOptions {
  /** Most guesses of the cheap drafter that a pass of the small model scores. */
  readonly ahead?: number;
  /** Guesses in a row that are the small model's; those behind them are the cheap drafter's own. Left out: all are the model's. */
  readonly first?: number;
}

/** Confidence in guesses of a cheap drafter that states none. */
const UNKNOWN = 0.5;

/**
 * Cascade speculative drafting (Chen et al. 2023). Vertical: a small model drafts for the target, and a cheap drafter for the
 * small model, which scores its guesses in one pass and keeps those that it draws itself. What is proposed is
 * what `model` would propose, guess for guess and distribution for distribution, where the small model's scores are exact for
 * chains; only in fewer passes of its own. Horizontal, with `first`: guesses far behind seldom stand, and are
 * not worth a small pass each; the cheap drafter makes them.
 *
 * The cheap drafter is best one that does not draw (`lookup`, `recycling`, `suffix`): what one draws for the small model to
 * score is not proposed.
 *
 * @throws usage errors for settings out of their range; at the start, when the small model has more tokens than the target
 *
 * @example
 * cascade(small, lookup(), { ahead: 6, first: 4 });
 */
export function cascade<E extends Encoded = Encoded>(
  small: Model,
  cheap: Drafter<E>,
  { minConfidence = MIN_CONFIDENCE, ahead = 6, first }: CascadeOptions = {},
): Drafter<E> {
  inRange("ahead", ahead, 0);
  if (first !== undefined) inRange("first", first, 1);
  return {
    name: `cascade(${cheap.name})`,
    taps: cheap.taps,
    async start(setup) {
      const parts: readonly Drafting[] = await openAll<Drafting>(
        [
          () => cheap.start({ ...setup, shape: "chain" }),
          () => openSmall(small, setup, { who: "cascade", minConfidence, most: first, ahead: guess }),
        ],
        (part) => part.close?.(),
      );
      const [helper, main] = parts;

      async function guess(
        drawn: readonly Token[],
        context: DraftContext,
        most: number,
      ): Promise<readonly Token[]> {
        const room = roomIn({ nodes: most, depth: most }, ahead);
        if (room === 0) return [];
        const draft = await helper.propose(behind(context, drawn, { nodes: room, depth: room }));
        return firstPath(draft).tokens;
      }

      return {
        async propose(context) {
          const draft = await main.propose(context);
          const { tokens } = draft;
          const room = roomIn(context.budget) - tokens.length;
          // Where the small model stopped earlier it had its reasons.
          if (first === undefined || tokens.length < Math.floor(first) || room < 1) return draft;
          const budget = { ...context.budget, nodes: room, depth: room };
          return joined(draft, await helper.propose(behind(context, tokens, budget)), UNKNOWN);
        },
        observe(round) {
          for (const part of parts) part.observe?.(round);
        },
        close: () => closeAll(parts.map((part) => () => part.close?.())),
      };
    },
  };
}
