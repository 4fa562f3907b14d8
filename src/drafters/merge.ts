import type { Distribution } from "../core/distribution.js";
import type { Draft } from "../core/types.js";

/**
 * A tree that grows by whole drafts: nodes are only ever put behind those that are there. Certain guesses of one parent and one
 * token share a node, and so do those that were drawn where there was no choice (at temperature 0). Other drawn guesses are nodes of
 * their own: rejection sampling judges each by what it was drawn from.
 */
export function createTree() {
  const tokens: number[] = [];
  const parents: number[] = [];
  const drawnFrom: (Distribution | undefined)[] = [];
  const confidence: (number | undefined)[] = [];
  return {
    get size() {
      return tokens.length;
    },
    add(draft: Draft) {
      const places: number[] = [];
      draft.tokens.forEach((token, node) => {
        const parent = draft.parents[node] < 0 ? -1 : places[draft.parents[node]];
        const from = draft.drawnFrom?.[node];
        const twin = tokens.findIndex(
          (other, at) => other === token && parents[at] === parent && isSure(drawnFrom[at]) && isSure(from),
        );
        places[node] = twin >= 0 ? twin : tokens.length;
        // A shared node keeps its first confidence: whether others agree may depend on guesses drawn behind it.
        if (twin >= 0) return;
        tokens.push(token);
        parents.push(parent);
        drawnFrom.push(from);
        confidence.push(draft.confidence?.[node]);
      });
    },
    draft(): Draft {
      const stated = confidence.filter((value) => value !== undefined);
      return {
        tokens,
        parents,
        drawnFrom,
        confidence: stated.length === tokens.length ? stated : undefined,
      };
    },
  };
}

const isSure = (from?: Distribution) => !from || from.tokens.length === 1;

/** A draft at the end of a chain. @param unknown confidence in its guesses, where it states none and the chain does */
export function joined(before: Draft, rest: Draft, unknown?: number): Draft {
  const { length } = before.tokens;
  if (rest.tokens.length === 0) return before;
  const all = <T>(of: (draft: Draft) => readonly T[] | undefined, other: T) =>
    [before, rest].flatMap((draft) => of(draft) ?? draft.tokens.map(() => other));
  const states = before.confidence && (rest.confidence || unknown !== undefined);
  return {
    tokens: [...before.tokens, ...rest.tokens],
    parents: [...before.parents, ...rest.parents.map((parent) => parent + length)],
    drawnFrom: before.drawnFrom || rest.drawnFrom ? all((draft) => draft.drawnFrom, undefined) : undefined,
    confidence: states ? all((draft) => draft.confidence, unknown ?? 0) : undefined,
  };
}
