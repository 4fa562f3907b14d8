import { depths, EMPTY, firstPath } from "../core/tree.js";
import type { Draft, Drafter, Drafting, Encoded } from "../core/types.js";
import { combine } from "./combine.js";
import { expectation, type Grown } from "./grow.js";
import { createTrust, type Trust } from "./trust.js";

/** How far into a draft that states no confidence its guesses are told apart, and what is thought of them at first. */
const DEPTHS = 16;
const UNKNOWN = 0.4;
/** What a round keeps of its weight in the average of a part that draws. */
const KEPT = 0.9;

interface Part {
  readonly part: Drafting;
  /** Trust in its guesses by depth, where it states none itself. */
  readonly trust: Trust;
  draws: boolean;
  /** Guesses of its drafts that were expected to stand, on average. */
  usual: number;
}

/**
 * The draft of which most guesses are expected to stand, by the confidences that the drafters state; guesses without one are
 * trusted as those at their depth stood before in this sequence. All drafters are asked each round, so they should be cheap:
 * what they would have proposed is judged by what is committed, whoever's draft was verified, so that each learns in every
 * round how far it can be trusted.
 *
 * A drafter that draws is asked after the others, and only while its drafts promised more in earlier rounds than the best so
 * far; once asked, its draft is taken: to throw drawn guesses away for what they are would bias rejection sampling.
 *
 * @example
 * surest(suffix(), recycling());
 */
export const surest = <E extends Encoded>(...drafters: Drafter<E>[]): Drafter<E> =>
  combine("surest", drafters, (parts, { shape }) => {
    const known: Part[] = parts.map((part) => ({
      part,
      trust: createTrust(new Array<number>(DEPTHS).fill(UNKNOWN)),
      draws: false,
      usual: Number.POSITIVE_INFINITY,
    }));
    const kinds = (draft: Draft) => depths(draft).map((depth) => Math.min(depth, DEPTHS - 1));
    /** With confidences: its own, or else what its guesses are trusted. */
    function sure({ trust }: Part, draft: Draft, place: number): Grown {
      const { confidence } = draft;
      if (confidence) return { ...draft, confidence };
      const chain = firstPath(draft);
      trust.expect(place, chain.tokens, kinds(chain));
      return { ...draft, confidence: kinds(draft).map(trust.of) };
    }
    return {
      async choose(context) {
        let best: Draft = EMPTY;
        let most = 0;
        const order = [...known].sort((a, b) => Number(a.draws) - Number(b.draws) || b.usual - a.usual);
        for (const one of order) {
          if (one.draws && one.usual <= most) continue;
          const proposed = await one.part.propose(context);
          const judged = shape === "chain" ? firstPath(proposed) : proposed;
          const draft = sure(one, judged, context.output.length);
          const expected = expectation(draft);
          if (draft.drawnFrom?.some((from) => from)) {
            one.usual = one.draws ? KEPT * one.usual + (1 - KEPT) * expected : expected;
            one.draws = true;
            return draft;
          }
          if (expected > most) [best, most] = [draft, expected];
        }
        return best;
      },
      observe(round) {
        for (const { trust } of known) trust.observe(round);
      },
    };
  });
