import type { Assertion, Concatenation, Element, Expression, NoParent } from "refa";
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
