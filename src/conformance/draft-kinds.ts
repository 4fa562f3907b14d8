import { type Distribution, distribution, likeliest, probability } from "../core/distribution.js";
import { chain } from "../core/tree.js";
import type { Draft, DraftContext, Drafter, Token } from "../core/types.js";
import type { Toy } from "./toy.js";

export type DraftKind =
  | "drawn chain"
  | "certain chain"
  | "siblings drawn apart"
  | "siblings drawn without replacement"
  | "certain siblings";

/** A draft behind some tokens, of `length` guesses in a row where it is a chain. */
export type Propose = (
  committed: readonly Token[],
  length: number,
  context: Pick<DraftContext, "distribution" | "draw">,
) => Draft;

/** Drafts of every kind a verifier meets: drawn and certain, chains and trees, siblings drawn together and apart. */
export const proposals = (small: Toy): Record<DraftKind, Propose> => ({
  "drawn chain"(committed, length, { distribution: of, draw }) {
    const tokens: Token[] = [];
    const drawnFrom: Distribution[] = [];
    while (tokens.length < length) {
      const q = of(small.logits([...committed, ...tokens]), tokens);
      tokens.push(draw(q, tokens.length));
      drawnFrom.push(q);
    }
    return chain(tokens, { drawnFrom, confidence: drawnFrom.map((q) => probability(q, likeliest(q))) });
  },
  "certain chain"(committed, length) {
    const tokens: Token[] = [];
    while (tokens.length < length) {
      const row = small.logits([...committed, ...tokens]);
      tokens.push(row.indexOf(Math.max(...row)));
    }
    return chain(tokens);
  },
  "siblings drawn apart"(committed, _, { distribution: of, draw }) {
    const q = of(small.logits(committed));
    const tokens = [draw(q, 0), draw(q, 0)];
    const below = of(small.logits([...committed, tokens[0]]), [tokens[0]]);
    return { tokens: [...tokens, draw(below, 1)], parents: [-1, -1, 0], drawnFrom: [q, q, below] };
  },
  "siblings drawn without replacement"(committed, _, { distribution: of, draw }) {
    const tokens: Token[] = [];
    const drawnFrom: Distribution[] = [];
    for (let q: Distribution | undefined = of(small.logits(committed)); q && tokens.length < 3; ) {
      const token = draw(q, 0);
      tokens.push(token);
      drawnFrom.push(q);
      q = dropping(q, token);
    }
    return { tokens, parents: tokens.map(() => -1), drawnFrom };
  },
  "certain siblings": () => ({ tokens: [2, 0, 1, 1], parents: [-1, -1, 0, 1] }),
});

/** Drafters that propose such drafts. */
export function draftKinds(small: Toy): Record<DraftKind, Drafter> {
  const all = proposals(small);
  const drafter = (name: DraftKind): Drafter => ({
    name,
    start: async () => ({
      propose(context) {
        const { prompt, output, budget } = context;
        return all[name]([...prompt, ...output], Math.min(budget.depth, budget.nodes), context);
      },
    }),
  });
  return {
    "drawn chain": drafter("drawn chain"),
    "certain chain": drafter("certain chain"),
    "siblings drawn apart": drafter("siblings drawn apart"),
    "siblings drawn without replacement": drafter("siblings drawn without replacement"),
    "certain siblings": drafter("certain siblings"),
  };
}

/** q without one token, if anything is left. */
function dropping(q: Distribution, token: Token): Distribution | undefined {
  const kept = [...q.tokens.keys()].filter((i) => q.tokens[i] !== token);
  return kept.length
    ? distribution(
        Int32Array.from(kept, (i) => q.tokens[i]),
        Float64Array.from(kept, (i) => q.weights[i]),
      )
    : undefined;
}
