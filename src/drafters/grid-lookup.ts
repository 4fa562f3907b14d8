import { usage } from "../core/errors.js";
import { chain, EMPTY } from "../core/tree.js";
import type { Drafter, Encoded, Piece, Token } from "../core/types.js";
import { inVocabulary, roomIn } from "./bounds.js";

export interface GridLookupOptions {
  /** The token of empty ground: agreement there proves nothing, and it stands where nothing is copied. */
  readonly blank: Token;
  /** How many blocks back to look. */
  readonly back?: number;
}

/**
 * What the agreement of a known cell of the coming block counts, and of whole blocks: how the last ones came about, the latest
 * first. A few known cells of a block outweigh what earlier blocks suggest.
 */
const NOW = 3;
const THEN = [4, 2, 1];
/** What agreement must outweigh: a cell of a longer way, a block further back, going backwards. */
const FAR = 0.03;
const OLD = 0.015;
const BACKWARDS = 0.12;
/** Confidence in a guess of which nothing is known yet. */
const UNKNOWN = 0.5;

/**
 * Looks a grid's blocks (frames of a film, rows of a picture) up in earlier ones. Which earlier block, shifted by how many
 * whole cells, going forwards or backwards in time, explains best what is known of the coming block, and how the last ones
 * came about? Its cells are the guess. A modality's pieces compete wherever they fit what is known. Without weights, made
 * anew each time. Proposes nothing before the grid starts (`Encoded.lead`).
 *
 * @throws a usage error at the start when the modality hands in no grid of blocks (`Encoded.grid`, two sizes or more)
 *
 * @example
 * jacobi({ window: 144, filler: given(gridLookup({ blank: 0 })), trust: 0.6 });
 */
export const gridLookup = ({ blank, back = 8 }: GridLookupOptions): Drafter => ({
  name: "grid-lookup",
  async start({ encoded, model: { vocabularySize } }) {
    const { lead = 0 } = encoded;
    const shape = shapeOf(encoded);
    const blocks = createBlocks(shape, blank);
    const pieces = encoded.pieces?.map((piece) => sparse(piece.tokens, piece, blank)) ?? [];
    return {
      propose({ output, budget }) {
        if (output.length < lead) return EMPTY;
        const known = output.slice(lead);
        const before = known.length;
        const end = before + roomIn(budget);
        const confidence: number[] = [];
        while (known.length < end) {
          const here = known.length % shape.cells;
          blocks.see(known);
          const { guess, trust } = nextBlock(blocks, known.slice(known.length - here), pieces, back);
          const fresh = guess.slice(here, here + end - known.length);
          // Only of the first block something is known.
          confidence.push(...fresh.map(() => (known.length - here <= before ? trust : UNKNOWN)));
          known.push(...fresh);
        }
        const guesses = inVocabulary(known.slice(before), vocabularySize);
        return chain(guesses, { confidence: confidence.slice(0, guesses.length) });
      },
    };
  },
});

interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly cells: number;
  /** Whole-cell shifts worth a look, the nearest first. */
  readonly shifts: readonly Shift[];
}

interface Shift {
  readonly down: number;
  readonly right: number;
}

function shapeOf({ grid = [] }: Encoded): Shape {
  if (grid.length < 2) throw usage("the grid lookup needs a grid of blocks, and this modality hands in none");
  if (!grid.every((size) => Number.isInteger(size) && size > 0))
    throw usage(
      `the grid lookup needs whole sizes of at least 1, and this modality's grid is ${grid.join(" x ")}`,
    );
  const columns = grid[grid.length - 1];
  const rows = grid.slice(1, -1).reduce((product, size) => product * size, 1);
  const shifts: Shift[] = [];
  for (let down = 1 - rows; down < rows; down++) {
    for (let right = 1 - columns; right < columns; right++) {
      // Far both ways at once is rare, and there are many such shifts.
      if (down === 0 || right === 0 || Math.max(Math.abs(down), Math.abs(right)) <= 4)
        shifts.push({ down, right });
    }
  }
  shifts.sort((a, b) => way(a) - way(b));
  return { rows, columns, cells: rows * columns, shifts };
}

const way = ({ down, right }: Shift) => Math.abs(down) + Math.abs(right);

/** The cells of a block that are not blank. */
interface Sparse {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly tokens: Int32Array;
}

const NOTHING: Sparse = { rows: new Int32Array(), columns: new Int32Array(), tokens: new Int32Array() };
const HERE: Shift = { down: 0, right: 0 };

function sparse(tokens: readonly Token[], { columns }: Pick<Piece, "columns">, blank: Token): Sparse {
  const cells = [...tokens.keys()].filter((cell) => tokens[cell] !== blank);
  return {
    rows: Int32Array.from(cells, (cell) => Math.floor(cell / columns)),
    columns: Int32Array.from(cells, (cell) => cell % columns),
    tokens: Int32Array.from(cells, (cell) => tokens[cell]),
  };
}

/** The first cells of a block; how many of them are not blank. */
interface Seen {
  readonly tokens: readonly Token[];
  readonly filled: number;
}

const seen = (tokens: readonly Token[], blank: Token): Seen => ({
  tokens,
  filled: tokens.reduce((sum, token) => sum + (token === blank ? 0 : 1), 0),
});

/** The blocks so far, and how they came from one another. */
interface Blocks {
  readonly shape: Shape;
  readonly blank: Token;
  readonly length: number;
  block(index: number): Sparse;
  /** Takes the blocks that are whole; those known before, and still the same, keep what was found out about them. */
  see(tokens: readonly Token[]): void;
  /** How well block `from` explains block `of`, by shift: 1 where all cells agree, -1 where none does. */
  relation(of: number, from: number): Float32Array;
}

function createBlocks(shape: Shape, blank: Token): Blocks {
  const { cells, shifts } = shape;
  let blocks: { seen: Seen; sparse: Sparse; relations: Map<number, Float32Array> }[] = [];
  return {
    shape,
    blank,
    get length() {
      return blocks.length;
    },
    block: (index) => blocks[index].sparse,
    see(tokens) {
      const length = Math.floor(tokens.length / cells);
      let same = 0;
      const holds = (index: number) =>
        blocks[index].seen.tokens.every((token, cell) => token === tokens[index * cells + cell]);
      while (same < Math.min(length, blocks.length) && holds(same)) same++;
      blocks = blocks.slice(0, same);
      for (let index = same; index < length; index++) {
        const own = tokens.slice(index * cells, (index + 1) * cells);
        blocks.push({ seen: seen(own, blank), sparse: sparse(own, shape, blank), relations: new Map() });
      }
    },
    relation(of, from) {
      const { relations, seen: block } = blocks[of];
      const made =
        relations.get(from) ??
        Float32Array.from(shifts, (shift) => {
          const cells = Math.max(1, block.filled);
          return Math.max(-1, agreement(blocks[from].sparse, shift, block, shape, blank) / cells);
        });
      relations.set(from, made);
      return made;
    },
  };
}

/**
 * How far shifted `source` agrees with the cells seen of a block: those that agree less those that do not, where either
 * has something.
 */
function agreement(source: Sparse, shift: Shift, block: Seen, shape: Shape, blank: Token): number {
  const { rows, columns } = shape;
  const { tokens, filled } = block;
  let same = 0;
  let there = 0;
  let both = 0;
  for (let i = 0; i < source.tokens.length; i++) {
    const row = source.rows[i] + shift.down;
    const column = source.columns[i] + shift.right;
    if (row < 0 || row >= rows || column < 0 || column >= columns) continue;
    const cell = row * columns + column;
    if (cell >= tokens.length) continue;
    there++;
    const token = tokens[cell];
    if (token === blank) continue;
    both++;
    if (token === source.tokens[i]) same++;
  }
  return 2 * same - (there + filled - both);
}

/** All cells of the block that is under way, of which the first ones are known, and how well they were explained. */
function nextBlock(
  blocks: Blocks,
  current: readonly Token[],
  pieces: readonly Sparse[],
  back: number,
): { guess: Token[]; trust: number } {
  const { shape, blank } = blocks;
  const { shifts, cells } = shape;
  const turn = blocks.length;
  const known = seen(current, blank);
  let best = Number.NEGATIVE_INFINITY;
  let found: { source: Sparse; shift: Shift } | undefined;
  const consider = (source: Sparse, shift: Shift, score: number) => {
    if (score <= best) return;
    best = score;
    found = { source, shift };
  };
  for (let n = 1; n <= Math.min(back, turn); n++) {
    const source = blocks.block(turn - n);
    const forwards = support(blocks, (d) => turn - n - d);
    const backwards = n < 3 ? undefined : support(blocks, (d) => turn - n + d);
    shifts.forEach((shift, i) => {
      const past = Math.max(forwards(i), (backwards?.(i) ?? Number.NEGATIVE_INFINITY) - BACKWARDS);
      const now = agreement(source, shift, known, shape, blank);
      consider(source, shift, NOW * now + past - FAR * way(shift) - OLD * n);
    });
  }
  // An empty block is a candidate, too: things leave the frame.
  consider(NOTHING, HERE, -NOW * known.filled);
  if (known.filled > 0) {
    for (const piece of pieces) {
      for (const shift of anchored(piece, current, shape, blank)) {
        const score = agreement(piece, shift, known, shape, blank);
        // Pieces have no earlier blocks as evidence: only the known cells count.
        if (score > 0) consider(piece, shift, NOW * score - 1);
      }
    }
  }
  const guess = new Array<Token>(cells).fill(blank);
  if (found) place(found.source, found.shift, guess, shape);
  let agreed = 0;
  let differed = 0;
  current.forEach((token, cell) => {
    if (token !== guess[cell]) differed++;
    else if (token !== blank) agreed++;
    guess[cell] = token;
  });
  // The rule of succession (Laplace) for cells that stand like those that are known.
  return { guess, trust: (agreed + UNKNOWN) / (agreed + differed + 2 * UNKNOWN) };
}

/** By shift: how well the last blocks came from those that `from` names for each step back, the latest counting most. */
function support(blocks: Blocks, from: (back: number) => number): (shift: number) => number {
  const turn = blocks.length;
  const relations = THEN.map((weight, i) => {
    const [of, other] = [turn - 1 - i, from(i + 1)];
    // Only an earlier block can be a source.
    return of < 0 || other < 0 || other >= of ? undefined : { weight, by: blocks.relation(of, other) };
  });
  // Without a source for the latest block there is no evidence: all shifts are alike.
  if (!relations[0]) return () => -1;
  return (shift) => relations.reduce((sum, known) => sum + (known ? known.weight * known.by[shift] : 0), 0);
}

/** Shifts that put one of the piece's cells on the block's first filled one, where they agree. */
function anchored(piece: Sparse, block: readonly Token[], { columns }: Shape, blank: Token): Shift[] {
  const first = block.findIndex((token) => token !== blank);
  return [...piece.tokens.keys()].flatMap((i) =>
    piece.tokens[i] === block[first]
      ? {
          down: Math.floor(first / columns) - piece.rows[i],
          right: (first % columns) - piece.columns[i],
        }
      : [],
  );
}

function place(source: Sparse, { down, right }: Shift, guess: Token[], { rows, columns }: Shape): void {
  source.tokens.forEach((token, i) => {
    const row = source.rows[i] + down;
    const column = source.columns[i] + right;
    if (row >= 0 && row < rows && column >= 0 && column < columns) guess[row * columns + column] = token;
  });
}
