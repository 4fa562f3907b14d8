import { depths } from "./tree.js";
import type { Draft } from "./types.js";

/** How many rows of a pass a draft has besides its nodes. */
export const rowsAhead = ({ ahead = [] }: Draft): number =>
  ahead.reduce((sum, { tokens }) => sum + tokens.length, 0);

/** A draft as a pass scores it: what it has ahead are further nodes, behind all that are judged. */
export function withAhead(draft: Draft): Draft {
  const { ahead = [] } = draft;
  if (ahead.length === 0) return draft;
  const tokens = draft.tokens.slice();
  const parents = draft.parents.slice();
  for (const { behind, tokens: rows } of ahead)
    for (const [i, token] of rows.entries()) {
      parents.push(i === 0 ? behind : tokens.length - 1);
      tokens.push(token);
    }
  return { tokens, parents };
}

/** A draft whose rows ahead reach no further than `room` tokens behind the last committed one: a model has no places there. */
export function aheadWithin(draft: Draft, room: number): Draft {
  const { ahead } = draft;
  if (!ahead) return draft;
  const depth = depths(draft);
  const fits = (behind: number) => Math.max(0, room - (behind < 0 ? 0 : depth[behind] + 1));
  return {
    ...draft,
    ahead: ahead.map(({ behind, tokens }) => ({ behind, tokens: tokens.slice(0, fits(behind)) })),
  };
}
