import { ANY, type Characters, ofLength, otherThan } from "../characters.js";
import { jsonString } from "../encode.js";
import { choice, type Grammar, literal } from "../grammar.js";
import { numberPatterns } from "../number.js";
import { matching, type Pattern } from "../pattern.js";
import { hasAny } from "../utf8.js";
import type { Shape } from "./shape.js";

/** The strings of a shape, those excepted; undefined where there are none. */
export function stringsOf({ text, path }: Shape, except: readonly string[] = []): Characters | undefined {
  const { least, most, patterns } = text;
  if (least > most) return undefined;
  const isLimited = least > 0 || most !== Number.POSITIVE_INFINITY;
  if (patterns.length === 0 && !isLimited) return except.length > 0 ? otherThan(except) : ANY;
  if (patterns.length === 0 && except.length === 0) return ofLength(least, most);
  return matching(patterns, { least, most, but: except.length > 0 ? [oneOf(except, path)] : [] });
}

const oneOf = (texts: readonly string[], name: string): Pattern => ({
  name,
  whole: true,
  regex: new RegExp(texts.map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|"), "u"),
});

/** The numbers of some shapes that all hold, as they are written; undefined where there are none. */
export const numbersOf = (...shapes: readonly Shape[]): Characters | undefined =>
  matching(
    shapes.flatMap(({ number, path }) =>
      numberPatterns(number).map((source) => ({ name: path, whole: true, regex: new RegExp(source, "u") })),
    ),
  );

/** A value without parts, as JSON; characters that have missing bytes are escaped. */
export function scalarText(value: unknown, missing: ReadonlySet<number>): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return Array.from(JSON.stringify(value), (character) =>
    hasAny(character, missing) ? character.split("").map(escaped).join("") : character,
  ).join("");
}

/** The names that some shapes allow, those excepted; undefined where there are none. */
export function namesOf(
  shapes: readonly Shape[],
  except: readonly string[],
  missing: ReadonlySet<number>,
): Grammar | undefined {
  const names = shapes.flatMap((shape): Grammar[] => {
    if (shape.values) {
      const left = shape.values.filter((name) => typeof name === "string" && !except.includes(name));
      return left.length > 0 ? [literal(...left.map((name) => scalarText(name, missing)))] : [];
    }
    const strings = shape.kinds.has("string") ? stringsOf(shape, except) : undefined;
    return strings ? [jsonString(strings)] : [];
  });
  return names.length > 0 ? choice(...names) : undefined;
}
