import type { Distribution } from "../core/distribution.js";
import { depths } from "../core/tree.js";
import type { Budget, Draft, Drafter, Encoded, Token } from "../core/types.js";

/** One draw: with the noise of which place of the output, and what came. */
export interface Drawn {
  readonly from: Distribution;
  readonly place: number;
  readonly token: Token;
}

/** One proposal: at which place of the output it starts, and the draws that were made since the one before. */
export interface Proposal {
  readonly place: number;
  readonly budget: Budget;
  readonly draft: Draft;
  readonly draws: readonly Drawn[];
}

/** What a watched drafter is told instead of the loop's own word; undefined: that. */
export interface Script {
  budget?(turn: number): Budget | undefined;
  draw?(nth: number): Token | undefined;
}

export interface Watched<E extends Encoded> {
  readonly drafter: Drafter<E>;
  readonly proposals: readonly Proposal[];
  /** All draws of the sequence, in order. */
  readonly draws: readonly Drawn[];
}

/** A drafter under observation, for one sequence. */
export function watched<E extends Encoded>(drafter: Drafter<E>, script: Script = {}): Watched<E> {
  const proposals: Proposal[] = [];
  const draws: Drawn[] = [];
  let seen = 0;
  const recorded =
    (start: number, draw: (from: Distribution, depth: number) => Token) =>
    (from: Distribution, depth: number) => {
      const own = draw(from, depth);
      const token = script.draw?.(draws.length) ?? own;
      draws.push({ from, place: start + depth, token });
      return token;
    };
  return {
    proposals,
    draws,
    drafter: {
      name: drafter.name,
      taps: drafter.taps,
      async start(setup) {
        const drafting = await drafter.start(setup);
        return {
          async propose(context) {
            const place = context.output.length;
            const budget = script.budget?.(proposals.length) ?? context.budget;
            const draw = recorded(place, context.draw);
            const draft = await drafting.propose({ ...context, budget, draw });
            proposals.push({ place, budget, draft, draws: draws.slice(seen) });
            seen = draws.length;
            return draft;
          },
          observe: (round) => drafting.observe?.({ ...round, draw: recorded(round.start, round.draw) }),
          close: () => drafting.close?.(),
        };
      },
    },
  };
}

/** Nodes of a proposal that say that they come from the distribution of this draw, made for their place. */
export function nodesFrom({ place, draft }: Proposal, drawn: Drawn): number[] {
  const depth = depths(draft);
  return [...draft.tokens.keys()].filter((node) => {
    const from = draft.drawnFrom?.[node];
    return from !== undefined && place + depth[node] === drawn.place && alike(from, drawn.from);
  });
}

/** What became of a draw. */
export interface Fate {
  /** Draws from its distribution and for its place, its own included, that are not proposed. */
  readonly hidden: number;
  /** Whether it is proposed; undefined where another draw gave the same token. */
  readonly shown: boolean | undefined;
}

export function fateOf(proposal: Proposal, drawn: Drawn): Fate {
  const like = proposal.draws.filter(({ place, from }) => place === drawn.place && alike(from, drawn.from));
  const nodes = nodesFrom(proposal, drawn);
  const twins = like.filter(({ token }) => token === drawn.token).length;
  return {
    hidden: like.length - nodes.length,
    shown: twins === 1 ? nodes.some((node) => proposal.draft.tokens[node] === drawn.token) : undefined,
  };
}

/** Equal probabilities, up to rounding. */
function alike(a: Distribution, b: Distribution): boolean {
  if (a === b) return true;
  return (
    a.tokens.length === b.tokens.length &&
    a.tokens.every(
      (token, i) => token === b.tokens[i] && Math.abs(a.weights[i] / a.total - b.weights[i] / b.total) < 1e-9,
    )
  );
}
