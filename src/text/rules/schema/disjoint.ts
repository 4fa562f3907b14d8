import { usage } from "../../../core/errors.js";
import type { All, Combined, Said } from "./combine.js";
import { inside } from "./document.js";
import type { Holds } from "./holds.js";
import { numbersOf, stringsOf } from "./leaves.js";
import { type Kind, type Shape, shapeOf } from "./shape.js";

/** So many levels down, alternatives are compared. */
const DEPTH = 4;

/**
 * A oneOf is written as an anyOf, which is right where no value fits two of its alternatives.
 *
 * @throws a usage error that names two alternatives that may hold at once, as far as can be told
 */
export function checkChoice(
  { place, keywords: { oneOf = [] } }: Said,
  combined: Combined,
  holds: Holds,
): void {
  const places = oneOf.map((schema, index) => inside(place, schema, "oneOf", index));
  places.forEach((one, index) => {
    for (const other of places.slice(index + 1))
      if (!disjoint([one], [other], combined, holds))
        throw usage(
          `${one.path} and ${other.path} may both hold for a value, and oneOf wants one alone: write anyOf, or let a property that both require tell them apart by its const`,
        );
  });
}

function disjoint(one: All, other: All, combined: Combined, holds: Holds, depth = DEPTH): boolean {
  if (depth === 0) return false;
  const shapes = (all: All) => combined.alternatives(all).map((together) => shapeOf(together, holds));
  const fits = (value: unknown, all: All) => all.every((place) => holds.at(value, place));
  const apart = (a: Shape, b: Shape): boolean => {
    if (a.values) return a.values.every((value) => !fits(value, other));
    if (b.values) return b.values.every((value) => !fits(value, one));
    return [...a.kinds].filter((kind) => b.kinds.has(kind)).every((kind) => kindsApart(kind, a, b));
  };
  const kindsApart = (kind: Kind, a: Shape, b: Shape): boolean => {
    switch (kind) {
      case "integer":
      case "fraction":
        return !numbersOf(a, b);
      case "string":
        return !stringsOf(bothTexts(a, b)) && !stringsOf(bothTexts(b, a));
      case "array":
        return a.array.least > b.array.most || b.array.least > a.array.most;
      case "object":
        return [...a.object.properties, ...b.object.properties]
          .filter(({ required }) => required)
          .some(({ name }) => disjoint(a.object.of(name), b.object.of(name), combined, holds, depth - 1));
      default:
        return false;
    }
  };
  return shapes(one).every((a) => shapes(other).every((b) => apart(a, b)));
}

/** The first shape, with those of its strings that may be of the other one, too. */
const bothTexts = (a: Shape, b: Shape): Shape => ({
  ...a,
  text: {
    least: Math.max(a.text.least, b.text.least),
    most: Math.min(a.text.most, b.text.most),
    patterns: [...a.text.patterns, ...b.text.patterns.filter(({ isPart }) => !isPart)],
  },
});
