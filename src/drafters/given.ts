import { behind } from "../core/behind.js";
import { chain, EMPTY } from "../core/tree.js";
import type { Draft, DraftContext, Drafter, Encoded, Token } from "../core/types.js";
import { roomIn } from "./bounds.js";

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
        if (left === 0) return behindForced(forced, EMPTY);
        const { nodes, depth } = context.budget;
        const budget = { ...context.budget, nodes: nodes - forced.length, depth: depth - forced.length };
        return behindForced(forced, await drafting.propose(behind(context, forced, budget)));
      },
      observe: (round) => drafting.observe?.(round),
      close: () => drafting.close?.(),
    };
  },
});

function forcedTokens(context: DraftContext, most: number): Token[] {
  const run: Token[] = [];
  while (run.length < most) {
    const token = context.forced(run);
    if (token === undefined) break;
    run.push(token);
  }
  return run;
}

/** A chain of forced tokens with a draft at its end. */
function behindForced(forced: readonly Token[], rest: Draft): Draft {
  const before = chain(forced, { confidence: forced.map(() => 1) });
  if (rest.tokens.length === 0) return before;
  return {
    tokens: [...forced, ...rest.tokens],
    parents: [...before.parents, ...rest.parents.map((parent) => parent + forced.length)],
    drawnFrom: rest.drawnFrom && [...forced.map(() => undefined), ...rest.drawnFrom],
    confidence: rest.confidence && [...forced.map(() => 1), ...rest.confidence],
  };
}
