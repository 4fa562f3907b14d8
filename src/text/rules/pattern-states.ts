import type { DFA } from "refa";

/** Characters of a range and the state they lead to. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly to: State;
}

/** A state of an automaton over characters, from which an end can be reached. */
export interface State {
  readonly index: number;
  readonly accepts: boolean;
  /** In order, apart from one another. */
  readonly ranges: readonly Range[];
}

interface Edge {
  readonly low: number;
  readonly high: number;
  readonly node: DFA.ReadonlyNode;
}

/**
 * The states of a minimal automaton without dead ends, the first one first, which reads a text between two characters that
 * mark its edges. In UTF-16 units, a character beyond the first plane takes two steps.
 */
export function statesOf(
  { initial }: DFA,
  { start, stop }: { readonly start: number; readonly stop: number },
): readonly State[] {
  const states: { index: number; accepts: boolean; ranges: Range[] }[] = [];
  const known = new Map<DFA.ReadonlyNode, State>();
  const open: DFA.ReadonlyNode[] = [];
  const state = (node: DFA.ReadonlyNode): State => {
    const found = known.get(node);
    if (found) return found;
    const made = { index: states.length, accepts: false, ranges: [] };
    states.push(made);
    known.set(node, made);
    open.push(node);
    return made;
  };
  state(initial.out.get(start) as DFA.ReadonlyNode);
  for (let index = 0; index < open.length; index++) {
    const edges = edgesOf(open[index]);
    const inside = edges.filter(({ low }) => low !== stop);
    states[index].accepts = inside.length < edges.length;
    states[index].ranges = inside.map(({ low, high, node }) => ({ low, high, to: state(node) }));
  }
  return states;
}

/** Edges by characters, in order, neighbours that lead to one node as one. */
function edgesOf(node: DFA.ReadonlyNode): readonly Edge[] {
  const edges = Array.from(node.out, ([{ min, max }, to]) => ({ low: min, high: max, node: to }));
  const found: Edge[] = [];
  for (const edge of edges.flatMap(charactersIn).sort((one, other) => one.low - other.low)) {
    const before = found.at(-1);
    if (before && before.node === edge.node && before.high + 1 === edge.low)
      found[found.length - 1] = { ...before, high: edge.high };
    else found.push(edge);
  }
  return found;
}

/** A range of units without halves of pairs as it is; first halves with the second halves that follow them, as characters. */
function charactersIn({ low, high, node }: Edge): Edge[] {
  if (low < 0xd800 || low > 0xdbff) return [{ low, high, node }];
  const found: Edge[] = [];
  for (const [{ min, max }, then] of node.out) {
    const [first, last] = [min - 0xdc00, max - 0xdc00];
    const whole = first === 0 && last === 0x3ff;
    for (let half = low; half <= high; half = whole ? high + 1 : half + 1) {
      const start = 0x10000 + (half - 0xd800) * 0x400;
      const end = 0x10000 + ((whole ? high : half) - 0xd800) * 0x400;
      found.push({ low: start + first, high: end + last, node: then });
    }
  }
  return found;
}
