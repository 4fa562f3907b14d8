import { pathTo } from "../core/tree.js";
import type { Draft, Token } from "../core/types.js";

/** What the rows of a pass are given, by the step's committed tokens and its draft. */

/** Added to the attention scores of places a row must not see. */
const HIDDEN = -1e9;

/** Committed tokens, then the draft, then the last token again to fill up. */
export const tokenAt = (tokens: readonly Token[], draft: Draft, index: number) =>
  index < tokens.length ? tokens[index] : (draft.tokens[index - tokens.length] ?? tokens[tokens.length - 1]);

/** A further input int64 [B,S]: the token `distance` places before each row's own. */
export interface Lag {
  readonly tensor: string;
  readonly distance: number;
  /** The first place of a sequence that counts, and what stands for those before it. */
  readonly from: number;
  readonly none: Token;
}

/** A sequence's tokens: those in the cache, the step's own, those of its draft. */
interface Known {
  readonly history: readonly Token[];
  readonly tokens: readonly Token[];
  readonly draft: Draft;
}

/** The token that stands `distance` places before a row's own: committed before, in this pass, or on the row's path. */
export function laggedToken(
  { distance, from, none }: Lag,
  { history, tokens, draft }: Known,
  row: number,
  position: number,
): Token {
  const at = position - distance;
  if (at < from) return none;
  const known = history[at] ?? tokens[at - history.length];
  if (known !== undefined) return known;
  const path = pathTo(draft, row - tokens.length);
  return draft.tokens[path[at - history.length - tokens.length]] ?? none;
}

/** The last committed token and every draft node; never one row alone (see `languageModel`). */
export function scoredRows(committed: number, drafted: number): number[] {
  const rows = Array.from({ length: drafted + 1 }, (_, i) => committed - 1 + i);
  return rows.length > 1 ? rows : [rows[0], rows[0]];
}

/** Committed tokens see all before them; a draft node its ancestors besides. */
export function hide(
  mask: Float32Array,
  before: number,
  committed: number,
  draft: Draft,
  size: number,
): void {
  const width = before + size;
  for (let row = 0; row < size; row++) {
    const own = row * width;
    if (row < committed || row - committed >= draft.tokens.length) {
      mask.fill(HIDDEN, own + before + row + 1, own + width);
      continue;
    }
    mask.fill(HIDDEN, own + before + committed, own + width);
    for (let node = row - committed; node >= 0; node = draft.parents[node])
      mask[own + before + committed + node] = 0;
  }
}
