import type { Distribution } from "../core/distribution.js";
import { EMPTY } from "../core/tree.js";
import type { Draft, DraftContext, Drafter, Drafting } from "../core/types.js";

/** A drafter of several: all observe every round, `choose` asks them for a draft. */
function combine(
  name: string,
  drafters: readonly Drafter[],
  choose: (drafting: readonly Drafting[], context: DraftContext) => Promise<Draft>,
): Drafter {
  return {
    name: `${name}(${drafters.map((drafter) => drafter.name).join(", ")})`,
    taps: [...new Set(drafters.flatMap((drafter) => drafter.taps ?? []))],
    async start(setup) {
      const drafting = await Promise.all(drafters.map((drafter) => drafter.start(setup)));
      return {
        propose: (context) => choose(drafting, context),
        observe: (round) => {
          for (const part of drafting) part.observe?.(round);
        },
        close: async () => {
          for (const part of drafting) await part.close?.();
        },
      };
    },
  };
}

/** The first of the drafters that has a guess at all: put the surest first. */
export const firstNonEmpty = (...drafters: Drafter[]): Drafter =>
  combine("firstNonEmpty", drafters, async (drafting, context) => {
    for (const part of drafting) {
      const draft = await part.propose(context);
      if (draft.tokens.length) return draft;
    }
    return EMPTY;
  });

/** The draft with the most tokens; the earlier drafter among equals. */
export const longest = (...drafters: Drafter[]): Drafter =>
  combine("longest", drafters, async (drafting, context) => {
    let best = EMPTY;
    for (const part of drafting) {
      const draft = await part.propose(context);
      if (draft.tokens.length > best.tokens.length) best = draft;
    }
    return best;
  });

/** All drafts as one tree, the room shared evenly. Guesses that were drawn stay distinct siblings; certain ones that agree share their nodes. */
export const branches = (...drafters: Drafter[]): Drafter =>
  combine("branches", drafters, async (drafting, context) => {
    const drafts: Draft[] = [];
    let nodes = context.budget.nodes;
    for (const [index, part] of drafting.entries()) {
      const depth = Math.min(context.budget.depth, Math.ceil(nodes / (drafting.length - index)));
      if (depth === 0) break;
      const draft = await part.propose({ ...context, budget: { ...context.budget, nodes: depth, depth } });
      drafts.push(draft);
      nodes -= draft.tokens.length;
    }
    return merge(drafts);
  });

function merge(drafts: readonly Draft[]): Draft {
  const tokens: number[] = [];
  const parents: number[] = [];
  const drawnFrom: (Distribution | undefined)[] = [];
  const confidence: number[] = [];
  const known = drafts.every((draft) => draft.confidence);
  for (const draft of drafts) {
    const place: number[] = [];
    draft.tokens.forEach((token, node) => {
      const parent = draft.parents[node] < 0 ? -1 : place[draft.parents[node]];
      const from = draft.drawnFrom?.[node];
      const twin = tokens.findIndex(
        (other, at) => other === token && parents[at] === parent && !drawnFrom[at] && !from,
      );
      place[node] = twin >= 0 ? twin : tokens.length;
      if (twin >= 0) return;
      tokens.push(token);
      parents.push(parent);
      drawnFrom.push(from);
      confidence.push(draft.confidence?.[node] ?? 0);
    });
  }
  return { tokens, parents, drawnFrom, confidence: known ? confidence : undefined };
}
