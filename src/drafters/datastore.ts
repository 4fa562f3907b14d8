import { inRange, usage } from "../core/errors.js";
import type { Token } from "../core/types.js";

/**
 * Tokenised text, and its suffixes in order: what `rest` looks sequences up in. Plain arrays, so that they may be views of a
 * file that is mapped into memory.
 */
export interface Datastore {
  readonly tokens: Uint16Array | Uint32Array;
  /** The places that the suffixes begin at, in the order of their first `SORT_DEPTH` tokens. */
  readonly suffixes: Int32Array | Uint32Array;
  /** Tokens of the vocabulary that the text is made of: a model must have as many. */
  readonly vocabularySize?: number;
  /** Tokens that end a document: what stands behind one has nothing to do with what stands before it. */
  readonly separators?: readonly Token[];
}

/** Tokens by which suffixes are sorted: no match and its continuation together are longer. */
export const SORT_DEPTH = 64;

/** Parts of the order that are sorted by comparing whole suffixes. */
const FEW = 12;

/**
 * A datastore of a text. Suffixes that begin at a separator are left out: nothing is looked up behind them.
 *
 * The suffixes are sorted by their first `SORT_DEPTH` tokens with multikey quicksort (Bentley and Sedgewick 1997): expected time
 * O(n log n), since no comparison goes deeper, also for a text that repeats itself; besides the result it takes next to no
 * memory. Some million tokens take seconds.
 *
 * @throws a usage error for a text without tokens or too long for the array
 *
 * @example
 * const store = buildDatastore(Uint16Array.from(documents.flatMap((one) => [...encode(one), end])), [end]);
 */
export function buildDatastore(
  tokens: Uint16Array | Uint32Array,
  separators: readonly Token[] = [],
): Datastore {
  if (tokens.length === 0) throw usage("a datastore needs text: there are no tokens");
  inRange("the number of tokens of a datastore", tokens.length, 1, 2 ** 31 - 1);
  const ends = new Set(separators);
  const suffixes = new Int32Array(tokens.length);
  let count = 0;
  for (let place = 0; place < tokens.length; place++) if (!ends.has(tokens[place])) suffixes[count++] = place;
  // A copy where some are left out: what is kept for long should not hold on to more.
  const order = count < tokens.length ? suffixes.slice(0, count) : suffixes;
  sort(tokens, order);
  return { tokens, suffixes: order, separators };
}

function sort(tokens: Uint16Array | Uint32Array, order: Int32Array): void {
  /** The token `depth` places into a suffix; what is behind the end comes first. */
  const at = (place: number, depth: number) => (place + depth < tokens.length ? tokens[place + depth] : -1);
  /** Ranges that agree in their first `depth` tokens: from, to (exclusive), depth. */
  const open = [0, order.length, 0];
  while (open.length > 0) {
    const [depth, to, from] = [open.pop()!, open.pop()!, open.pop()!];
    if (depth >= SORT_DEPTH || to - from < 2) continue;
    if (to - from <= FEW) {
      insertionSort(tokens, order, from, to, depth);
      continue;
    }
    const pivot = median(
      at(order[from], depth),
      at(order[(from + to) >> 1], depth),
      at(order[to - 1], depth),
    );
    // Three parts: below the pivot, equal, above (Dijkstra).
    let [below, above] = [from, to];
    for (let i = from; i < above; ) {
      const place = order[i];
      const token = at(place, depth);
      if (token < pivot) {
        order[i++] = order[below];
        order[below++] = place;
      } else if (token > pivot) {
        order[i] = order[--above];
        order[above] = place;
      } else i++;
    }
    open.push(from, below, depth, above, to, depth);
    if (pivot >= 0) open.push(below, above, depth + 1);
  }
}

function insertionSort(
  tokens: Uint16Array | Uint32Array,
  order: Int32Array,
  from: number,
  to: number,
  depth: number,
): void {
  for (let i = from + 1; i < to; i++) {
    const place = order[i];
    let j = i - 1;
    while (j >= from && compare(tokens, order[j], place, depth) > 0) {
      order[j + 1] = order[j];
      j--;
    }
    order[j + 1] = place;
  }
}

function compare(tokens: Uint16Array | Uint32Array, a: number, b: number, from: number): number {
  for (let depth = from; depth < SORT_DEPTH; depth++) {
    const [one, other] = [a + depth, b + depth];
    if (one >= tokens.length || other >= tokens.length) return b - a;
    if (tokens[one] !== tokens[other]) return tokens[one] - tokens[other];
  }
  return 0;
}

const median = (a: number, b: number, c: number) => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
