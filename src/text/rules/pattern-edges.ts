import type { Alternation, Assertion, Concatenation, Element, Expression, NoParent } from "refa";
import { refa } from "./pattern-library.js";

/**
 * What stands before and behind a text: two characters that Unicode promises never to use, so that no text needs them. What
 * a pattern says of the edges of a text is so said of characters, which refa can work out.
 */
export const EDGES = { start: 0xfffe, stop: 0xffff } as const;

/** ^ without the flag m: no character stands before. */
export const isStart = (element: NoParent<Element>) => isEdge(element, "behind");
/** $ without the flag m. */
export const isStop = (element: NoParent<Element>) => isEdge(element, "ahead");
/** A lookahead. */
export const isAhead = (element: NoParent<Element>) =>
  element.type === "Assertion" && element.kind === "ahead" && !isStop(element);

function isEdge(element: NoParent<Element>, kind: Assertion["kind"]): boolean {
  if (element.type !== "Assertion" || element.kind !== kind || !element.negate) return false;
  const { elements } = element.alternatives[0];
  const [first] = elements;
  return elements.length === 1 && first.type === "CharacterClass" && first.characters.isAll;
}

/** (?:^|,)a as ^a|,a and a(?:,|$) as a,|a$: so edges are found at the edges of alternatives. */
export function spread(elements: readonly NoParent<Element>[]): readonly (readonly NoParent<Element>[])[] {
  const [first, last] = [elements[0], elements.at(-1)];
  if (hasEdge(first, (inner) => inner[0], isStart)) {
    const rest = elements.slice(1);
    return first.alternatives.flatMap((inner) => spread([...inner.elements, ...rest]));
  }
  if (hasEdge(last, (inner) => inner.at(-1), isStop)) {
    const before = elements.slice(0, -1);
    return last.alternatives.flatMap((inner) => spread([...before, ...inner.elements]));
  }
  return [elements];
}

/** A group in which some alternative has an edge where it is looked for, in a group again or not. */
function hasEdge(
  element: NoParent<Element> | undefined,
  outer: (elements: readonly NoParent<Element>[]) => NoParent<Element> | undefined,
  test: (element: NoParent<Element>) => boolean,
): element is NoParent<Alternation> {
  if (element?.type !== "Alternation") return false;
  return element.alternatives.some(({ elements }) => {
    const inner = outer(elements);
    return inner !== undefined && (test(inner) || hasEdge(inner, outer, test));
  });
}

/**
 * A text made of these parts, between its edges; with any text at a side that is open.
 *
 * @throws an error where assertions are left that refa cannot work out
 */
export function between(
  parts: readonly NoParent<Element>[],
  open: { readonly start: boolean; readonly stop: boolean },
  maxCharacter: number,
): NoParent<Expression> {
  const inner = parts.map(withoutEdges);
  const any = () => withoutEdges(anything(maxCharacter));
  const elements = [
    only(EDGES.start, maxCharacter),
    ...(open.start ? [any()] : []),
    ...inner,
    ...(open.stop ? [any()] : []),
    only(EDGES.stop, maxCharacter),
  ];
  const expression: NoParent<Expression> = {
    type: "Expression",
    alternatives: [{ type: "Concatenation", elements }],
  };
  if (!inner.some(hasAssertion)) return expression;
  const { Transformers, transform } = refa();
  const plain = transform(Transformers.simplify(), expression, { maxPasses: 50 });
  if (plain.alternatives.some((alternative) => alternative.elements.some(hasAssertion)))
    throw new Error("it has lookarounds or word boundaries that reach too far");
  return plain;
}

const anything = (maxCharacter: number): NoParent<Element> => ({
  type: "Quantifier",
  min: 0,
  max: Number.POSITIVE_INFINITY,
  lazy: false,
  alternatives: [
    {
      type: "Concatenation",
      elements: [{ type: "CharacterClass", characters: refa().CharSet.all(maxCharacter) }],
    },
  ],
});

const only = (character: number, maxCharacter: number): NoParent<Element> => ({
  type: "CharacterClass",
  characters: refa().CharSet.fromCharacter(maxCharacter, character),
});

/** A copy in which no character class holds the edges. */
function withoutEdges(element: NoParent<Element>): NoParent<Element> {
  if (element.type === "Unknown") return element;
  if (element.type === "CharacterClass")
    return { ...element, characters: element.characters.without({ min: EDGES.start, max: EDGES.stop }) };
  const alternatives = element.alternatives.map(
    (alternative): NoParent<Concatenation> => ({
      type: "Concatenation",
      elements: alternative.elements.map(withoutEdges),
    }),
  );
  return { ...element, alternatives };
}

function hasAssertion(element: NoParent<Element>): boolean {
  if (element.type === "Assertion") return true;
  if (element.type === "CharacterClass" || element.type === "Unknown") return false;
  return element.alternatives.some(({ elements }) => elements.some(hasAssertion));
}
