import { behind } from "../core/behind.js";
import { chain, EMPTY } from "../core/tree.js";
import type { Budget, Draft, Drafter, Encoded, Plan, Round } from "../core/types.js";
import { roomIn } from "../drafters/bounds.js";
import { forcedTokens } from "../drafters/given.js";
import { joined } from "../drafters/merge.js";
import type { Speculation } from "../medium/speculation.js";
import { NOTHING } from "../plans/fixed.js";

/**
 * A drafter and its plan, for one sequence whose rules often leave one token only: what is forced is drafted first, whatever
 * the plan says, since those guesses always stand and a longer pass takes less time than as many passes. The plan decides on
 * the guesses behind them alone, and learns from those alone: neither does it count what is forced among what the drafter
 * earns, nor does it need to see that drafting pays before forced tokens are drafted.
 *
 * @param most guesses a pass; plain decoding stays plain
 */
export function forcedFirst<E extends Encoded>(own: Speculation<E>, most: number): Speculation<E> {
  const { drafter, plan } = own;
  if (!drafter) return own;
  /** This round's: what the plan allows behind the forced tokens, and how many these are. */
  let room: Budget = NOTHING;
  let forced = 0;
  const hasRoom = () => Math.min(room.nodes, room.depth) > 0;

  const drafting: Drafter<E> = {
    name: drafter.name,
    taps: drafter.taps,
    async start(setup) {
      const inner = await drafter.start(setup);
      return {
        async propose(context) {
          const sure = forcedTokens(context, roomIn(context.budget));
          forced = sure.length;
          const { nodes, depth } = context.budget;
          const left = {
            ...room,
            nodes: Math.min(room.nodes, nodes - forced),
            depth: Math.min(room.depth, depth - forced),
          };
          const isAsked = Math.min(left.nodes, left.depth) > 0;
          const rest = isAsked ? await inner.propose(behind(context, sure, left)) : EMPTY;
          return forced > 0 ? joined(chain(sure), rest) : rest;
        },
        observe: (round) => inner.observe?.(round),
        close: () => inner.close?.(),
      };
    },
  };

  const planned: Plan = {
    start(setup) {
      const inner = plan.start(setup);
      return {
        budget() {
          room = inner.budget();
          return { ...room, nodes: most, depth: most };
        },
        trim(draft) {
          if (!hasRoom()) return draft;
          const rest = inner.trim(restOf(draft, forced));
          return forced > 0 ? joined(firstOf(draft, forced), rest) : rest;
        },
        observe(round) {
          const first = Math.min(forced, round.draft.tokens.length);
          const wasAsked = hasRoom();
          [room, forced] = [NOTHING, 0];
          if (first === 0) inner.observe(round);
          // A round that ended within the forced tokens, or drafted nothing else, says nothing of other guesses.
          else if (wasAsked && round.tokens.length > first) inner.observe(behindForced(round, first));
        },
      };
    },
  };
  return { drafter: drafting, plan: planned };
}

const firstOf = (draft: Draft, count: number) => chain(draft.tokens.slice(0, count));

/** The guesses behind the first so many, as if those were committed. */
function restOf(draft: Draft, count: number): Draft {
  if (count === 0) return draft;
  if (draft.tokens.length <= count) return EMPTY;
  const { tokens, parents, drawnFrom, confidence } = draft;
  return {
    tokens: tokens.slice(count),
    parents: parents.slice(count).map((parent) => parent - count),
    drawnFrom: drawnFrom?.slice(count),
    confidence: confidence?.slice(count),
  };
}

/** A round as it looks behind its first guesses. What the pass took is left out: it had rows for those as well. */
function behindForced(round: Round, count: number): Round {
  const { start, draft, proposed, verdict, tokens, timing } = round;
  return {
    ...round,
    start: start + count,
    draft: restOf(draft, count),
    proposed: proposed - count,
    verdict: { ...verdict, path: verdict.path.slice(count).map((node) => node - count) },
    tokens: tokens.slice(count),
    target: (node) => round.target(node + count),
    logits: (node) => round.logits(node + count),
    hidden: (node, tap) => round.hidden(node + count, tap),
    draw: (distribution, depth) => round.draw(distribution, depth + count),
    timing: { draft: timing.draft, target: 0, verify: 0, total: timing.draft },
  };
}
