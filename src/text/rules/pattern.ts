import type { Assertion, Concatenation, DFA, Element, NFA, NoParent } from "refa";
import { usage } from "../../core/errors.js";
import { type Characters, LAST_CHARACTER } from "./characters.js";
import { between, EDGES, isAhead, isStart, isStop } from "./pattern-edges.js";
import { refa } from "./pattern-library.js";
import { charactersOf } from "./pattern-states.js";

export interface Pattern {
  /** The flags count, g, y and d excepted: with u or v, its characters are code points, else UTF-16 units. */
  readonly regex: RegExp;
  /** It has to match the whole text, not some part of it. */
  readonly whole?: boolean;
  /** What messages call it. */
  readonly name: string;
}

/** Most states of an automaton. */
const LIMIT = 20_000;

/** Well-formed text without the two characters that mark its edges: in code points, and in UTF-16 units. */
const TEXT: Pattern = { name: "text", whole: true, regex: /[^\ud800-\udfff\ufffe\uffff]*/u };
const TEXT_IN_UNITS: Pattern = {
  name: "text",
  whole: true,
  regex: /(?:[^\ud800-\udfff\ufffe\uffff]|[\ud800-\udbff][\udc00-\udfff])*/,
};

/**
 * The texts that all of these patterns match and none of the others does; undefined where there is none. All of them have
 * the flag u (or v), or none has.
 *
 * @throws a usage error that names a pattern no automaton can be made of: one with references to groups, with lookarounds
 * that cannot be resolved, or of too many states
 */
export function matching(patterns: readonly Pattern[], but: readonly Pattern[] = []): Characters | undefined {
  const [named = TEXT] = [...patterns, ...but];
  const text = inPoints(named.regex) ? TEXT : TEXT_IN_UNITS;
  const automata = [text, ...patterns].map(automatonOf);
  const others = but.map((pattern) => complement(automatonOf(pattern)));
  const all = limited(named, () => [...automata, ...others].reduce(both));
  all.minimize();
  return all.isEmpty ? undefined : charactersOf(all, EDGES);
}

const dfaNodes = () => new (refa().DFA.LimitedNodeFactory)(LIMIT);
const nfaNodes = () => new (refa().NFA.LimitedNodeFactory)(LIMIT);

const inPoints = ({ flags }: RegExp) => /[uv]/.test(flags);

const both = (one: DFA, other: DFA) => refa().DFA.fromIntersection(one, other, dfaNodes());

function complement(dfa: DFA): DFA {
  const other = dfa.copy(dfaNodes());
  other.complement();
  return other;
}

function determined(fa: NFA): DFA {
  const dfa = refa().DFA.fromFA(fa, dfaNodes());
  dfa.minimize();
  return dfa;
}

/** @throws a usage error that names the pattern where refa gives up */
function limited<T>({ name }: Pattern, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    const reason = (cause as Error).message.replace(/\.$/, "");
    throw usage(`${name} cannot be made into an automaton (${reason}): simplify it`, cause);
  }
}

/** The automaton of a pattern, between the two characters that mark the edges of the text. */
function automatonOf(pattern: Pattern): DFA {
  const { source, flags } = pattern.regex;
  return limited(pattern, () => {
    const maxCharacter = inPoints(pattern.regex) ? LAST_CHARACTER : 0xffff;
    const { expression } = refa().JS.Parser.fromLiteral({ source, flags }).parse({ maxNodes: LIMIT });
    const nfa = refa().NFA.empty({ maxCharacter });
    for (const alternative of expression.alternatives)
      nfa.union(alternativeOf(alternative, pattern, maxCharacter), nfaNodes());
    return determined(nfa);
  });
}

/**
 * One alternative of a pattern. Lookaheads at the start of the text, such as those of ^(?=.*[0-9])(?=.*[a-z]).{8,}$, are
 * languages of their own that the text has to be in, or must not be in; other assertions are left to refa, which works them
 * into the characters beside them.
 */
function alternativeOf(
  alternative: NoParent<Concatenation>,
  { whole = false }: Pattern,
  maxCharacter: number,
): DFA {
  const elements = alternative.elements.slice();
  const fromStart = drop(elements, isStart, "shift") || whole;
  const toStop = whole || elements.some(isStop);
  const ahead = fromStart ? takeWhile(elements, isAhead) : [];
  drop(elements, isStop, "pop");
  const automaton = (parts: readonly NoParent<Element>[], open: { start: boolean; stop: boolean }) =>
    determined(refa().NFA.fromRegex(between(parts, open, maxCharacter), { maxCharacter }, {}, nfaNodes()));
  const main = automaton(elements, { start: !fromStart, stop: !toStop });
  return ahead
    .map((element) => {
      const { alternatives, negate } = element as NoParent<Assertion>;
      const there = automaton([{ type: "Alternation", alternatives }], { start: false, stop: true });
      return negate ? complement(there) : there;
    })
    .reduce(both, main);
}

type Test = (element: NoParent<Element>) => boolean;

/** Takes such elements away from one end, and says whether there were any. */
function drop(elements: NoParent<Element>[], test: Test, take: "shift" | "pop"): boolean {
  const before = elements.length;
  while (elements.length > 0 && test(elements.at(take === "pop" ? -1 : 0) as NoParent<Element>))
    elements[take]();
  return elements.length < before;
}

function takeWhile(elements: NoParent<Element>[], test: Test): NoParent<Element>[] {
  const count = elements.findIndex((element) => !test(element));
  return elements.splice(0, count < 0 ? elements.length : count);
}
