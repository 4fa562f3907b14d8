import { NEGLIGIBLE } from "../core/distribution.js";
import type { Token } from "../core/types.js";
import type { Adjust, Before } from "../targets/adjusted.js";
import type { Layout } from "./layout.js";
import type { VideoManifest } from "./manifest.js";
import type { StoredPiece } from "./store.js";

export interface RecallOptions {
  readonly layout: Layout;
  readonly clip: VideoManifest["clip"];
  /** Tokens of the prompt. */
  readonly prompt: number;
  /**
   * What each thing of the prompt looks like when it comes into a frame; undefined: not known, or things may be cut there by the
   * frame's edge. An empty list: nothing is seen.
   */
  readonly expected: (frame: number) => readonly StoredPiece[] | undefined;
  /** Whether of two things the first stands on the left. */
  readonly sides: boolean;
  /** What things look like at all. */
  readonly pieces: readonly StoredPiece[];
  /** How much the memory is believed, 0 (not at all) to below 1. */
  readonly share: number;
}

/** Cells that must agree with a piece that was not expected before it is believed: things turn, and then look otherwise. */
const EVIDENCE = 4;
/** Nats: where the model's logit lies further below its highest, such a piece is not believed. */
const MOST_BELOW = 5;

/**
 * A language model with a memory (as in kNN-LM, Khandelwal et al. 2020): what the words ask for is looked up in the store, and
 * what it says of the next patch is mixed into the model's own distribution. The model says where things are and how they move;
 * the memory, what they look like. A thing that comes into a frame begins as it is remembered, and once; wherever patches
 * agree with a remembered piece, the piece goes on.
 */
export function recalling(options: RecallOptions): Adjust {
  const { layout, clip, prompt, expected, pieces, share } = options;
  const { lead, cells } = layout;
  const { columns, blank } = clip;
  const odds = Math.log(share / (1 - share));
  const any = index(pieces.map((piece) => remember(piece, blank, 0)));
  const remembered = (wanted: readonly StoredPiece[]) =>
    wanted.map((piece, thing) => remember(piece, blank, thing));
  const scripts = Array.from({ length: clip.frames }, (_, frame) => {
    const known = expected(frame);
    const wanted = known && remembered(known);
    return wanted && { pieces: wanted, byFirst: index(wanted) };
  });

  /** Where the things stand: in the middle of which cells, by the first frame that shows them; undefined where it is not as expected. */
  function middlesIn(before: Before, start: number): readonly Middle[] | undefined {
    const frame = scripts.findIndex((script) => script?.pieces.length);
    const from = start + frame * cells;
    if (frame < 0 || from + cells > before.length) return undefined;
    const tokens = before.slice(from, from + cells);
    const found = scripts[frame]!.pieces.map((piece) => middleOf(piece, tokens, columns));
    return found.every((middle) => middle !== undefined) ? (found as Middle[]) : undefined;
  }

  return (row, before) => {
    const place = before.length - prompt - lead;
    if (place < 0) return row;
    const frame = Math.floor(place / cells);
    const known = () => before.slice(prompt + lead + frame * cells);
    const script = scripts[frame];
    if (!script) {
      const { votes } = agreeing(any, known(), columns, blank, EVIDENCE);
      return votes.size ? believed(row, votes, odds, MOST_BELOW) : row;
    }
    const middles = frame > 0 ? middlesIn(before, prompt + lead) : undefined;
    if (middles) {
      const said = script.pieces.flatMap(
        (piece, thing) => tokenAt(piece, middles[thing], place % cells, columns) ?? [],
      );
      return said.length
        ? believed(row, new Set(said), odds, Number.POSITIVE_INFINITY)
        : begin(row, [], blank, share);
    }
    const { votes, begun } = agreeing(script.byFirst, known(), columns, blank, 1);
    if (votes.size) return believed(row, votes, odds, Number.POSITIVE_INFINITY);
    const sides = options.sides && script.pieces.length === 2;
    const side = (place % cells) % columns < columns / 2 ? 0 : 1;
    const missing = script.pieces.filter(({ thing }) => !begun.has(thing) && (!sides || thing === side));
    return begin(row, missing, blank, share);
  };
}

/** A corner of cells. */
interface Middle {
  readonly row: number;
  readonly column: number;
}

/** Where the middle of a thing lies that stands whole in a frame. */
function middleOf(piece: Remembered, tokens: readonly Token[], columns: number): Middle | undefined {
  const wanted = piece.tokens[piece.first];
  for (let cell = 0; cell < tokens.length; cell++) {
    if (tokens[cell] !== wanted || !follow(piece, cell, tokens, columns)) continue;
    const { top, left } = corner(piece, cell, columns);
    return { row: top - piece.down, column: left - piece.right };
  }
  return undefined;
}

/** What a piece whose middle lies there says of a cell. */
function tokenAt(piece: Remembered, middle: Middle, cell: number, columns: number): Token | undefined {
  const row = Math.floor(cell / columns) - middle.row - piece.down;
  const column = (cell % columns) - middle.column - piece.right;
  const inside = row >= 0 && row < piece.rows && column >= 0 && column < piece.columns;
  return inside ? piece.tokens[row * piece.columns + column] : undefined;
}

/** Where a piece's first row and column lie if its first filled cell lies at `cell`. */
const corner = (piece: Remembered, cell: number, columns: number) => ({
  top: Math.floor(cell / columns) - Math.floor(piece.first / piece.columns),
  left: (cell % columns) - (piece.first % piece.columns),
});

/** What pieces that agree with all that is known say of the next cell, and which things they are. */
function agreeing(
  byFirst: ReadonlyMap<Token, readonly Remembered[]>,
  known: readonly Token[],
  columns: number,
  blank: Token,
  evidence: number,
) {
  const votes = new Set<Token>();
  const begun = new Set<number>();
  for (let cell = 0; cell < known.length; cell++) {
    if (known[cell] === blank) continue;
    for (const piece of byFirst.get(known[cell]) ?? []) {
      const found = follow(piece, cell, known, columns);
      if (!found) continue;
      begun.add(piece.thing);
      if (found.next !== undefined && found.agreed >= evidence) votes.add(found.next);
    }
  }
  return { votes, begun };
}

interface Remembered extends StoredPiece {
  readonly thing: number;
  /** Its first cell that is not blank, and how many are not. */
  readonly first: number;
  readonly filled: readonly boolean[];
}

function remember(piece: StoredPiece, blank: Token, thing: number): Remembered {
  const filled = piece.tokens.map((token) => token !== blank);
  return { ...piece, thing, first: filled.indexOf(true), filled };
}

/** Pieces by their first filled token. */
function index(pieces: readonly Remembered[]): Map<Token, Remembered[]> {
  const found = new Map<Token, Remembered[]>();
  for (const piece of pieces) {
    const token = piece.tokens[piece.first];
    found.set(token, [...(found.get(token) ?? []), piece]);
  }
  return found;
}

/**
 * Whether all that is known agrees with a piece whose first filled cell lies at `cell`: how many of its cells do, and the
 * token it says comes next, if it reaches there.
 */
function follow(
  piece: Remembered,
  cell: number,
  known: readonly Token[],
  columns: number,
): { next: Token | undefined; agreed: number } | undefined {
  const { top, left } = corner(piece, cell, columns);
  let agreed = 0;
  let next: Token | undefined;
  for (let at = 0; at < piece.tokens.length; at++) {
    const row = top + Math.floor(at / piece.columns);
    const column = left + (at % piece.columns);
    const where = row * columns + column;
    if (row < 0 || column < 0 || column >= columns || where > known.length) continue;
    if (where === known.length) next = piece.tokens[at];
    else if (known[where] !== piece.tokens[at]) return undefined;
    else if (piece.filled[at]) agreed++;
  }
  return { next, agreed };
}

/**
 * The tokens voted for, together so much likelier than all others (`odds`); among them the model's own logits decide. The row
 * stays as it is where their best logit lies more than `mostBelow` under the highest, or is -Infinity.
 */
function believed(
  row: Float32Array,
  votes: ReadonlySet<Token>,
  odds: number,
  mostBelow: number,
): Float32Array {
  const top = highest(row);
  const best = Math.max(...[...votes].map((token) => row[token]));
  if (best === Number.NEGATIVE_INFINITY || best < top - mostBelow) return row;
  const changed = row.slice();
  for (const token of votes) changed[token] = row[token] - best + top + odds;
  return changed;
}

/**
 * The chance that nothing begins here stays; what begins, begins as remembered, or hardly at all where all things have begun.
 * Tokens other than these keep 1 - share of their chance; all logits are raised so that theirs need not be touched. A token
 * that the model rules out (-Infinity) does not begin.
 */
function begin(row: Float32Array, missing: readonly Remembered[], blank: Token, share: number): Float32Array {
  const changed = row.slice();
  changed[blank] -= Math.log(1 - share);
  const pieces = missing.filter(({ tokens, first }) => row[tokens[first]] > Number.NEGATIVE_INFINITY);
  if (pieces.length === 0) return changed;
  const top = highest(row);
  let something = 0;
  for (let token = 0; token < row.length; token++)
    if (token !== blank && row[token] > top - NEGLIGIBLE) something += Math.exp(row[token] - top);
  const part = (something * share) / ((1 - share) * pieces.length);
  for (const { tokens, first } of pieces) {
    const token = tokens[first];
    changed[token] = top + Math.log(Math.exp(changed[token] - top) + part);
  }
  return changed;
}

function highest(row: Float32Array): number {
  let most = row[0];
  for (let token = 1; token < row.length; token++) if (row[token] > most) most = row[token];
  return most;
}
