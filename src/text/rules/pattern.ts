import type { Assertion, DFA, Element, NFA, NoParent } from "refa";
import { usage } from "../../core/errors.js";
import { type Characters, LAST_CHARACTER } from "./characters.js";
import { between, EDGES, isAhead, isStart, isStop, spread } from "./pattern-edges.js";
import { charactersOf } from "./pattern-lengths.js";
import { refa } from "./pattern-library.js";
import { statesOf } from "./pattern-states.js";
import { anyText } from "./pattern-text.js";

export interface Pattern {
  /** The flags count, g, y and d excepted: with u or v, its characters are code points, else UTF-16 units. */
  readonly regex: RegExp;
  /** It has to match the whole text, not some part of it. */
  readonly whole?: boolean;
  /** Texts may be what it stands for, and yet not match. */
  readonly isPart?: boolean;
  /** What messages call it. */
  readonly name: string;
}

/** Most states of an automaton. */
const LIMIT = 20_000;

const NONE: ReadonlySet<number> = new Set();

export interface MatchOptions {
  /** What the whole text must not match. */
  readonly but?: readonly Pattern[];
  /** Bytes that cannot be written. */
  readonly missing?: ReadonlySet<number>;
  /** Characters of a text. */
  readonly least?: number;
  readonly most?: number;
}

/**
 * The texts that all of these patterns match; undefined where there is none. All patterns have the flag u (or v), or none has.
 *
 * @throws a usage error that names a pattern no automaton can be made of: one with references to groups, with lookarounds
 * that cannot be resolved, or of too many states
 */
export function matching(patterns: readonly Pattern[], options: MatchOptions = {}): Characters | undefined {
  const { but = [], missing = NONE, least = 0, most } = options;
  const said = [...patterns, ...but].map(({ regex, whole }) => `${regex} ${whole}`);
  const key = JSON.stringify([said, but.length, [...missing], least, most]);
  const found = lately.get(key) ?? { characters: made(patterns, options) };
  if (lately.size >= LATELY) lately.clear();
  lately.set(key, found);
  return found.characters;
}

/** What was found lately: schemas name the same formats and kinds of numbers again and again. */
const LATELY = 200;
const lately = new Map<string, { readonly characters: Characters | undefined }>();

function made(
  patterns: readonly Pattern[],
  { but = [], missing = NONE, least = 0, most = Number.POSITIVE_INFINITY }: MatchOptions,
): Characters | undefined {
  const all = [...patterns, ...but];
  const regex = anyText(
    all.every((pattern) => inPoints(pattern.regex)),
    missing,
  );
  const text: Pattern = { name: all[0]?.name ?? "any text", whole: true, regex };
  const automata = [text, ...patterns].map(automatonOf);
  const others = but.map((pattern) => complement(automatonOf(pattern)));
  return limited(text, () => {
    const dfa = [...automata, ...others].reduce(both);
    dfa.minimize();
    return dfa.isEmpty ? undefined : charactersOf(statesOf(dfa, EDGES), least, most);
  });
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
    for (const alternative of expression.alternatives.flatMap(({ elements }) => spread(elements)))
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
  alternative: readonly NoParent<Element>[],
  { whole = false }: Pattern,
  maxCharacter: number,
): DFA {
  const elements = alternative.slice();
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
