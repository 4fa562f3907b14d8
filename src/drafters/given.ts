import { behind } from "../core/behind.js";
import { chain } from "../core/tree.js";
import type { DraftContext, Drafter, Encoded, Token } from "../core/types.js";
import { roomIn } from "./bounds.js";
import { joined } from "./merge.js";

/**
 * Proposes the tokens that the rules force, which are certain to stand, and asks the drafter for what comes behind them. What
 * the rules force follows from committed tokens alone, and a drafter that is not asked for want of room draws nothing: no
 * draw is hidden.
 *
 * @example
 * given(gridLookup({ blank: 0 }));
 */
export const given = <E extends Encoded>(drafter: Drafter<E>): Drafter<E> => ({
  name: drafter.name,
  taps: drafter.taps,
  async start(setup) {
    const drafting = await drafter.start(setup);
    return {
      async propose(context) {
        const room = roomIn(context.budget);
        const forced = forcedTokens(context, room);
        const left = room - forced.length;
        if (forced.length === 0) return drafting.propose(context);
        const sure = chain(forced, { confidence: forced.map(() => 1) });
        if (left === 0) return sure;
        const { nodes, depth } = context.budget;
        const budget = { ...context.budget, nodes: nodes - forced.length, depth: depth - forced.length };
        return joined(sure, await drafting.propose(behind(context, forced, budget)));
      },
      observe: (round) => drafting.observe?.(round),
      close: () => drafting.close?.(),
    };
  },
});

/** The tokens that must follow, one after the other, up to the first place with a choice. */
export function forcedTokens(context: DraftContext, most: number): Token[] {
  const run: Token[] = [];
  while (run.length < most) {
    const token = context.forced(run);
    if (token === undefined) break;
    run.push(token);
  }
  return run;
}
