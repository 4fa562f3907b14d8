/**
 * Edges of a graph whose nodes are numbered from 0 on: (node, token) -> node. Kept in typed arrays under one hash table: a Map
 * for each node would take ten times the memory, and most nodes have a single edge.
 */
export interface Edges {
  /** Where a token leads from a node; -1: nowhere. */
  get(node: number, token: number): number;
  /** Adds an edge, or leads it elsewhere. */
  set(node: number, token: number, to: number): void;
  /** The latest edge of a node, and the one before an edge of the same node; -1: none. */
  first(node: number): number;
  next(edge: number): number;
  token(edge: number): number;
  to(edge: number): number;
}

/** The array, or a larger one with the same beginning; new places hold `fill`. */
export function grown(array: Int32Array<ArrayBuffer>, length: number, fill = 0): Int32Array<ArrayBuffer> {
  if (length <= array.length) return array;
  const larger = new Int32Array(Math.max(length, 2 * array.length)).fill(fill, array.length);
  larger.set(array);
  return larger;
}

const START = 256;

/** Tokens are 32-bit integers here: whoever has others (prompts may) coerces them first. */
export function createEdges(): Edges {
  let count = 0;
  /** By edge. */
  let [froms, tokens, targets, nexts] = Array.from({ length: 4 }, () => new Int32Array(START));
  /** By node: its latest edge. */
  let firsts = new Int32Array(START).fill(-1);
  /** The hash table: edges, open addressing, at most half full. */
  let table = new Int32Array(2 * START).fill(-1);

  /** The slot of an edge, or the empty one where it belongs. */
  function slotOf(node: number, token: number): number {
    const mask = table.length - 1;
    let hash = Math.imul(node, 0x9e3779b1) ^ Math.imul(token, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    let slot = (hash ^ (hash >>> 13)) & mask;
    for (let edge = table[slot]; edge >= 0; edge = table[slot]) {
      if (froms[edge] === node && tokens[edge] === token) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  function widen(): void {
    table = new Int32Array(2 * table.length).fill(-1);
    for (let edge = 0; edge < count; edge++) table[slotOf(froms[edge], tokens[edge])] = edge;
  }

  return {
    get(node, token) {
      const edge = table[slotOf(node, token)];
      return edge < 0 ? -1 : targets[edge];
    },
    set(node, token, to) {
      const slot = slotOf(node, token);
      if (table[slot] >= 0) {
        targets[table[slot]] = to;
        return;
      }
      const edge = count++;
      if (count > froms.length)
        [froms, tokens, targets, nexts] = [froms, tokens, targets, nexts].map((one) => grown(one, count));
      firsts = grown(firsts, node + 1, -1);
      [froms[edge], tokens[edge], targets[edge], nexts[edge]] = [node, token, to, firsts[node]];
      firsts[node] = edge;
      table[slot] = edge;
      if (2 * count > table.length) widen();
    },
    first: (node) => (node < firsts.length ? firsts[node] : -1),
    next: (edge) => nexts[edge],
    token: (edge) => tokens[edge],
    to: (edge) => targets[edge],
  };
}
