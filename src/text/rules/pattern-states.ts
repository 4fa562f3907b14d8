import type { DFA } from "refa";
import type { Characters } from "./characters.js";

interface Range {
  readonly low: number;
  readonly high: number;
  readonly to: DFA.ReadonlyNode;
}

/**
 * The states of a minimal automaton without dead ends, which reads a text between two characters that mark its edges. In
 * UTF-16 units, a character beyond the first plane takes two steps.
 */
export function charactersOf(
  { initial }: DFA,
  { start, stop }: { readonly start: number; readonly stop: number },
): Characters {
  const states = new Map<DFA.ReadonlyNode, Characters>();
  const state = (node: DFA.ReadonlyNode): Characters => {
    const found = states.get(node) ?? stateOf(node, stop, state);
    states.set(node, found);
    return found;
  };
  return state(initial.out.get(start) as DFA.ReadonlyNode);
}

function stateOf(
  node: DFA.ReadonlyNode,
  stop: number,
  state: (node: DFA.ReadonlyNode) => Characters,
): Characters {
  const ranges = joined(
    Array.from(node.out, ([{ min, max }, to]) => ({ low: min, high: max, to })).flatMap(charactersIn),
  );
  const inside = ranges.filter(({ low }) => low !== stop);
  return {
    accepts: inside.length < ranges.length,
    over(low, high) {
      const first = firstUpTo(inside, low);
      const range = inside[first];
      if (!range || range.low > high) return undefined;
      return range.low <= low && high <= range.high ? state(range.to) : "mixed";
    },
  };
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

/** A range of units without halves of pairs as it is; first halves with the second halves that follow them, as characters. */
function charactersIn({ low, high, to }: Range): Range[] {
  if (low < 0xd800 || low > 0xdbff) return [{ low, high, to }];
  const found: Range[] = [];
  for (const [{ min, max }, then] of to.out) {
    const [first, last] = [min - 0xdc00, max - 0xdc00];
    const whole = first === 0 && last === 0x3ff;
    for (let half = low; half <= high; half = whole ? high + 1 : half + 1) {
      const start = 0x10000 + (half - 0xd800) * 0x400;
      const end = 0x10000 + ((whole ? high : half) - 0xd800) * 0x400;
      found.push({ low: start + first, high: end + last, to: then });
    }
  }
  return found;
}

/** In order, and neighbours that lead to one state as one. */
function joined(ranges: readonly Range[]): Range[] {
  const found: Range[] = [];
  for (const range of [...ranges].sort((one, other) => one.low - other.low)) {
    const before = found.at(-1);
    if (before && before.to === range.to && before.high + 1 === range.low)
      found[found.length - 1] = { ...before, high: range.high };
    else found.push(range);
  }
  return found;
}
