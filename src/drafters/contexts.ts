import type { Token } from "../core/types.js";
import { createEdges, grown } from "./edges.js";

/** Where a run of last tokens stood before: the place behind it, and how many tokens agree. Length 0: nowhere. */
export interface Match {
  readonly place: number;
  readonly length: number;
}

/**
 * The runs of up to `depth` tokens that stand before each place of a list: a trie that reads them backwards, so that one walk
 * finds the longest. The list may grow, and be cut and grow again; both take `depth` steps a token, however long it is.
 */
export interface Contexts {
  /** Takes in what is new in the list: places that a token stands at. */
  grow(): void;
  /** Forgets all places from this one on; the list's tokens may have changed already. */
  cut(length: number): void;
  /**
   * The longest run of tokens before `end` of a sequence, up to the depth, that stands in the list with a token behind it, and
   * the latest place where it does.
   */
  find(sequence: readonly Token[], end?: number): Match;
  /** The place before this one with the same run of so many tokens; -1: none. */
  earlier(place: number, length: number): number;
}

export function createContexts(tokens: readonly Token[], depth: number): Contexts {
  const edges = createEdges();
  /** By node: the latest place behind its run; -1: none (any more). */
  let latest = new Int32Array(256).fill(-1);
  let nodes = 1;
  /** By place and length: the run's node, and the place that was the latest before. 0: there is no such run. */
  let runs = new Int32Array(0);
  let earlier = new Int32Array(0);
  /** The first place that is not taken in. Nothing stands before place 0. */
  let next = 1;

  function add(place: number): void {
    runs = grown(runs, (place + 1) * depth);
    earlier = grown(earlier, (place + 1) * depth);
    let node = 0;
    for (let length = 1; length <= depth; length++) {
      const at = place * depth + length - 1;
      runs[at] = 0;
      if (length > place) continue;
      const token = tokens[place - length] | 0;
      let child = edges.get(node, token);
      if (child < 0) {
        child = nodes++;
        edges.set(node, token, child);
        latest = grown(latest, nodes, -1);
      }
      node = child;
      runs[at] = node;
      earlier[at] = latest[node];
      latest[node] = place;
    }
  }

  return {
    grow() {
      for (; next < tokens.length; next++) add(next);
    },
    cut(length) {
      while (next > Math.max(1, length)) {
        next--;
        for (let at = next * depth; at < (next + 1) * depth; at++)
          if (runs[at] > 0) latest[runs[at]] = earlier[at];
      }
    },
    find(sequence, end = sequence.length) {
      let [node, place, length] = [0, -1, 0];
      while (length < depth && length < end) {
        node = edges.get(node, sequence[end - 1 - length] | 0);
        if (node < 0 || latest[node] < 0) break;
        place = latest[node];
        length++;
      }
      return { place, length };
    },
    earlier: (place, length) => earlier[place * depth + length - 1],
  };
}

/** How many tokens before a place of a list agree with those before `end` of a sequence, up to `most`. */
export function agreement(
  list: readonly Token[],
  place: number,
  sequence: readonly Token[],
  end: number,
  most: number,
): number {
  const longest = Math.min(most, place, end);
  let length = 0;
  while (length < longest && list[place - 1 - length] === sequence[end - 1 - length]) length++;
  return length;
}
