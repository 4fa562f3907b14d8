import type { Characters } from "./characters.js";
import type { Range, State } from "./pattern-states.js";

/** Most entries of the table of lengths. */
const LIMIT = 4_000_000;

/**
 * The texts of an automaton that have a length within bounds, counted in characters; undefined where there are none.
 *
 * @throws an error where states times lengths are too many
 */
export function charactersOf(states: readonly State[], least: number, most: number): Characters | undefined {
  const [first] = states;
  const isBound = least > 0 || most !== Number.POSITIVE_INFINITY;
  const canEnd = isBound ? lengthsOf(states, least, most) : () => true;
  /** So far from an end is no state; nearer than this, an upper bound matters. */
  const farthest = isBound ? Math.max(...shortest(states)) : 0;
  const known = new Map<string, Characters>();

  const at = (state: State, min: number, max: number): Characters => {
    const key = `${state.index} ${min} ${max}`;
    const found = known.get(key) ?? make(state, min, max);
    known.set(key, found);
    return found;
  };
  const make = (state: State, min: number, max: number): Characters => {
    const [fewer, less] = [Math.max(0, min - 1), max - 1];
    const ranges = isBound ? state.ranges.filter(({ to }) => canEnd(to, fewer, less)) : state.ranges;
    return {
      accepts: state.accepts && min === 0,
      over(low, high) {
        const range = ranges[firstUpTo(ranges, low)];
        if (!range || range.low > high) return undefined;
        return range.low <= low && high <= range.high ? at(range.to, fewer, less) : "mixed";
      },
      near: (count) => at(state, min, min === 0 && max - count >= farthest ? Number.POSITIVE_INFINITY : max),
    };
  };
  return canEnd(first, least, most) ? at(first, least, most) : undefined;
}

/** The index of the first range that does not end before a character. */
function firstUpTo(ranges: readonly Range[], character: number): number {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle].high < character) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Characters to the nearest end, by state. */
function shortest(states: readonly State[]): readonly number[] {
  const before = states.map((): number[] => []);
  for (const { index, ranges } of states) for (const { to } of ranges) before[to.index].push(index);
  const found = new Array<number>(states.length).fill(Number.POSITIVE_INFINITY);
  let open = states.filter(({ accepts }) => accepts).map(({ index }) => index);
  for (let length = 0; open.length > 0; length++) {
    const fresh = [...new Set(open)].filter((index) => found[index] > length);
    for (const index of fresh) found[index] = length;
    open = fresh.flatMap((index) => before[index]);
  }
  return found;
}

type CanEnd = (state: State, least: number, most: number) => boolean;

/** Tells whether an end lies so many characters ahead, within bounds no wider than these. */
function lengthsOf(states: readonly State[], least: number, most: number): CanEnd {
  // Without an upper bound, what is as long as there are states goes around in a circle, and can go on.
  const longest = most === Number.POSITIVE_INFINITY ? least + states.length : most;
  const width = longest + 2;
  if (states.length * width > LIMIT)
    throw new Error(`it has ${states.length} states, and lengths of up to ${longest} are too many for it`);
  const ends = new Uint8Array(states.length * width);
  for (const { index, accepts } of states) ends[index * width] = accepts ? 1 : 0;
  for (let length = 1; length <= longest; length++)
    for (const { index, ranges } of states)
      if (ranges.some(({ to }) => ends[to.index * width + length - 1])) ends[index * width + length] = 1;
  /** Ends within fewer characters, by state and number. */
  const counts = new Uint32Array(states.length * width);
  for (let state = 0; state < states.length; state++)
    for (let length = 0; length <= longest; length++) {
      const place = state * width + length;
      counts[place + 1] = (length === 0 ? 0 : counts[place]) + ends[place];
    }
  return ({ index }, min, max) => {
    const [from, to] = [min, Math.min(max, longest)];
    if (to < from) return false;
    const before = from === 0 ? 0 : counts[index * width + from];
    return counts[index * width + to + 1] > before;
  };
}
