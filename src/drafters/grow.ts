import type { Budget, Draft, Token } from "../core/types.js";
import { roomIn } from "./bounds.js";

/** What may follow a guess: how likely it is to stand once the guess does, and where that leads. */
export interface Successor<State> {
  readonly token: Token;
  readonly confidence: number;
  readonly state: State;
}

export interface Growth<State> {
  readonly budget: Budget;
  /** A chain of the likeliest, or a tree of whatever is likeliest to be reached and to stand (as EAGLE-2's, Li et al. 2024). */
  readonly shape: "chain" | "tree";
  readonly vocabularySize: number;
  readonly start: State;
  /** What may follow, the likeliest first; asked once for each guess that is taken. */
  successors(state: State): readonly Successor<State>[];
}

/** A draft whose guesses were not drawn, and state how likely they are. */
export interface Grown extends Draft {
  readonly confidence: readonly number[];
}

export const NO_GROWTH: Grown = { tokens: [], parents: [], confidence: [] };

/** More nodes than any pass has rows for. */
const MOST_NODES = 256;

/** A guess that may be taken next. */
interface Candidate<State> extends Successor<State> {
  readonly parent: number;
  readonly depth: number;
  /** The chance that all on its path stand, itself included. */
  readonly reach: number;
}

/**
 * A draft that grows by its likeliest guess until its budget is full or none but the first is worth a row. None of it is drawn. Guesses
 * that the vocabulary lacks are left out with all behind them.
 */
export function grow<State>({ budget, shape, vocabularySize, start, successors }: Growth<State>): Grown {
  const depth = roomIn({ nodes: budget.depth, depth: budget.depth });
  const nodes =
    shape === "chain" ? roomIn(budget) : roomIn({ nodes: budget.nodes, depth: budget.nodes }, MOST_NODES);
  const { worth = 0 } = budget;
  const draft = { tokens: [] as Token[], parents: [] as number[], confidence: [] as number[] };
  let candidates: Candidate<State>[] = [];
  const open = (state: State, parent: number, at: number, reach: number) => {
    if (at >= depth) return;
    const next = successors(state).filter(({ token }) => token >= 0 && token < vocabularySize);
    for (const one of shape === "chain" ? next.slice(0, 1) : next)
      candidates.push({ ...one, parent, depth: at, reach: reach * one.confidence });
  };
  if (nodes > 0) open(start, -1, 0, 1);
  while (draft.tokens.length < nodes && candidates.length > 0) {
    const best = candidates.reduce((a, b) => (b.reach > a.reach ? b : a));
    const node = draft.tokens.length;
    if (node > 0 && best.reach < worth) break;
    candidates = candidates.filter((one) => one !== best);
    draft.tokens.push(best.token);
    draft.parents.push(best.parent);
    draft.confidence.push(best.confidence);
    open(best.state, node, best.depth + 1, best.reach);
  }
  return draft;
}

/** How many guesses are expected to stand. */
export function expectation({ parents, confidence }: Grown): number {
  const reach: number[] = [];
  let sum = 0;
  parents.forEach((parent, node) => {
    reach.push((parent < 0 ? 1 : reach[parent]) * confidence[node]);
    sum += reach[node];
  });
  return sum;
}
