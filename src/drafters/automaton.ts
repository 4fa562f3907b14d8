import type { Token } from "../core/types.js";
import { createEdges, grown } from "./edges.js";

/** A run of tokens that stands in the text: the state of all runs that stand where it does, and its own length. */
export interface Run {
  readonly state: number;
  readonly length: number;
}

/**
 * A suffix automaton (Blumer et al. 1985) that counts: all runs of a text that grows, what followed them, and how often. At
 * most two states and three edges a token; a token takes constant time on average, and a step for each length at which the end of the
 * text stood before (for the counts).
 */
export interface Automaton {
  /** Tokens of the text. */
  readonly size: number;
  push(token: Token): void;
  /** The longest end of the text that stands in it earlier, too. */
  end(): Run;
  /** The longest end of a run and one token more that stands in the text. */
  step(run: Run, token: Token): Run;
  /** The next shorter end of a run that stands at more places; undefined: only the empty one does. */
  shorter(run: Run): Run | undefined;
  /** What followed a run: the `most` tokens that did so most often, among equals the latest, and how often any token did. */
  following(run: Run, most: number): Followers;
}

export interface Follower {
  readonly token: Token;
  readonly state: number;
  readonly count: number;
}

export interface Followers {
  readonly list: readonly Follower[];
  readonly total: number;
}

/** What stands between two texts of one automaton: followed by anything, and proposed by nobody. */
export const BORDER = -1;

export function createAutomaton(): Automaton {
  const edges = createEdges();
  /** By state: the length of its longest run, the state of the next shorter ones, and how often its runs stand in the text. */
  let lengths = new Int32Array(256);
  let links = new Int32Array(256).fill(-1);
  let counts = new Int32Array(256);
  let states = 1;
  let last = 0;
  let size = 0;

  function add(length: number): number {
    const state = states++;
    if (states > lengths.length)
      [lengths, links, counts] = [lengths, links, counts].map((one) => grown(one, states));
    lengths[state] = length;
    counts[state] = 0;
    return state;
  }

  /** Splits the runs of `of` that are no longer than `length` off, for all that lead there from `from` down. */
  function split(from: number, token: number, of: number, length: number): number {
    const part = add(length);
    for (let edge = edges.first(of); edge >= 0; edge = edges.next(edge))
      edges.set(part, edges.token(edge), edges.to(edge));
    links[part] = links[of];
    counts[part] = counts[of];
    links[of] = part;
    for (let state = from; state >= 0 && edges.get(state, token) === of; state = links[state])
      edges.set(state, token, part);
    return part;
  }

  function linkOf(from: number, token: number): number {
    if (from < 0) return 0;
    const to = edges.get(from, token);
    const length = lengths[from] + 1;
    return lengths[to] === length ? to : split(from, token, to, length);
  }

  return {
    get size() {
      return size;
    },
    push(given) {
      const token = given | 0;
      const whole = add(lengths[last] + 1);
      let state = last;
      for (; state >= 0 && edges.get(state, token) < 0; state = links[state]) edges.set(state, token, whole);
      links[whole] = linkOf(state, token);
      for (let end = whole; end > 0; end = links[end]) counts[end]++;
      last = whole;
      size++;
    },
    end: () => ({ state: Math.max(0, links[last]), length: Math.max(0, lengths[links[last]] ?? 0) }),
    step({ state, length }, given) {
      const token = given | 0;
      let [at, most] = [state, length];
      let to = edges.get(at, token);
      while (to < 0 && at > 0) {
        at = links[at];
        most = lengths[at];
        to = edges.get(at, token);
      }
      return to < 0 ? { state: 0, length: 0 } : { state: to, length: most + 1 };
    },
    shorter({ state }) {
      const link = links[state];
      return link > 0 ? { state: link, length: lengths[link] } : undefined;
    },
    following({ state }, most) {
      const list: Follower[] = [];
      let total = 0;
      for (let edge = edges.first(state); edge >= 0; edge = edges.next(edge)) {
        const to = edges.to(edge);
        total += counts[to];
        // Some tokens were followed by thousands: they are not sorted.
        let at = list.length;
        while (at > 0 && isBefore(counts[to], to, list[at - 1])) at--;
        if (at >= most) continue;
        list.splice(at, 0, { token: edges.token(edge), state: to, count: counts[to] });
        if (list.length > most) list.pop();
      }
      return { list, total };
    },
  };
}

const isBefore = (count: number, state: number, other: Follower) =>
  count > other.count || (count === other.count && state > other.state);
