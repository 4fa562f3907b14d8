import { behind } from "../core/behind.js";
import { closeAll, openAll } from "../core/close.js";
import { EMPTY, firstPath } from "../core/tree.js";
import type { Draft, DraftContext, Drafter, Drafting, DraftSetup, Encoded, Round } from "../core/types.js";
import { roomIn } from "./bounds.js";
import { createTree } from "./merge.js";

type Choose = (context: DraftContext) => Promise<Draft>;

interface Choosing {
  readonly choose: Choose;
  observe?(round: Round): void;
}

/**
 * A drafter of several: all observe every round, `choosing` says for each sequence how they are asked for a draft. What was
 * drawn must not be thrown away because of what was drawn, or the draws that are left are no longer distributed as they
 * say: rejection sampling would be biased. So whether a part is asked, and whether its draft is taken, may depend on
 * earlier rounds and on guesses that are kept, never on drawn guesses that are then dropped.
 */
export function combine<E extends Encoded>(
  name: string,
  drafters: readonly Drafter<E>[],
  choosing: (parts: readonly Drafting[], setup: DraftSetup<E>) => Choose | Choosing,
): Drafter<E> {
  return {
    name: `${name}(${drafters.map((drafter) => drafter.name).join(", ")})`,
    taps: [...new Set(drafters.flatMap((drafter) => drafter.taps ?? []))],
    async start(setup) {
      const parts = await openAll(
        drafters.map((drafter) => () => drafter.start(setup)),
        (part) => part.close?.(),
      );
      const chosen = choosing(parts, setup);
      const { choose, observe }: Choosing = typeof chosen === "function" ? { choose: chosen } : chosen;
      return {
        propose: choose,
        observe: (round) => {
          for (const part of parts) part.observe?.(round);
          observe?.(round);
        },
        close: () => closeAll(parts.map((part) => () => part.close?.())),
      };
    },
  };
}

/** The first draft with a guess in it is taken, and nobody else is asked: what is passed over is empty, so no draw is lost. */
const first =
  (parts: readonly Drafting[]): Choose =>
  async (context) => {
    for (const part of parts) {
      const draft = await part.propose(context);
      if (draft.tokens.length) return draft;
    }
    return EMPTY;
  };

/**
 * The first of the drafters that has a guess at all: put the surest first.
 *
 * @example
 * firstNonEmpty(lookup({ minNgram: 3 }), model(small));
 */
export const firstNonEmpty = <E extends Encoded>(...drafters: Drafter<E>[]): Drafter<E> =>
  combine("firstNonEmpty", drafters, first);

/**
 * The draft with the most tokens, as far as that can be told without looking at draws. Drafts of which nothing was drawn
 * (lookups) compete by their length, the earlier drafter among equals. A drafter that draws is asked after those, and only
 * while its drafts were longer on average, in earlier rounds, than the longest so far; once asked, its draft is taken,
 * however long it came out: to throw drawn guesses away for their number would bias rejection sampling wherever the number
 * depends on what was drawn. How long a drafter's drafts are, and that it draws, is found out when it is asked first.
 *
 * @example
 * longest(lookup(), model(small));
 */
export const longest = <E extends Encoded>(...drafters: Drafter<E>[]): Drafter<E> =>
  combine("longest", drafters, (parts, { shape }) => {
    const known = parts.map((part) => ({ part, draws: false, guesses: 0, ends: 0 }));
    return async (context) => {
      const room = roomIn(context.budget);
      // A draft that fills its room might have been longer: the mean length of such a row (geometric, cut off) is the
      // number of its guesses by the number of its ends.
      const expected = known.map(({ guesses, ends }) => Math.min(room, guesses / ends));
      const order = [...known.keys()].sort(
        (a, b) =>
          Number(known[a].draws) - Number(known[b].draws) ||
          (known[a].draws ? expected[b] - expected[a] : a - b),
      );
      let best = EMPTY;
      for (const index of order) {
        const one = known[index];
        if (one.draws && expected[index] <= best.tokens.length) continue;
        const proposed = await one.part.propose(context);
        // Where trees are cut only this path counts.
        const draft = shape === "chain" ? firstPath(proposed) : proposed;
        const { length } = draft.tokens;
        one.guesses += length;
        if (length < room) one.ends++;
        if (draft.drawnFrom?.some((from) => from)) {
          one.draws = true;
          return draft;
        }
        if (length > best.tokens.length) best = draft;
      }
      return best;
    };
  });

/**
 * All drafts as one tree (with small models: SpecInfer, Miao et al. 2024), the room shared evenly; what a drafter leaves is for those
 * behind it. Guesses that were drawn stay distinct siblings; certain ones that agree, and all at temperature 0, share their nodes. The tree states confidences if every draft in it does.
 *
 * How much room a drafter gets depends on the drafts before it, drawn guesses included: these are kept, so that none is
 * hidden. Where only chains are judged a tree would be cut to its first path, and the others' draws would be made in vain:
 * the first drafter that has a guess gets all the room there, as under `firstNonEmpty`.
 *
 * @example
 * branches(model(small), lookup());
 */
export const branches = <E extends Encoded>(...drafters: Drafter<E>[]): Drafter<E> =>
  combine("branches", drafters, (parts, { shape }) => {
    if (shape === "chain") return first(parts);
    return async (context) => {
      const { budget } = context;
      const tree = createTree();
      for (const [index, part] of parts.entries()) {
        const nodes = Math.ceil((Math.floor(budget.nodes) - tree.size) / (parts.length - index));
        if (!(nodes > 0)) break;
        const room = { ...budget, nodes, depth: Math.min(budget.depth, nodes) };
        tree.add(await part.propose(behind(context, [], room)));
      }
      return tree.draft();
    };
  });
