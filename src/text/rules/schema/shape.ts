import { usage } from "../../../core/errors.js";
import { FORMATS } from "../formats.js";
import type { Bound, NumberBounds } from "../number.js";
import type { Pattern } from "../pattern.js";
import type { All, Said, Together } from "./combine.js";
import { inside } from "./document.js";
import { type Holds, propertyOf } from "./holds.js";
import type { Keywords } from "./keywords.js";

/** Kinds of values; numbers are whole, or have a fraction. */
const KINDS = ["null", "boolean", "integer", "fraction", "string", "array", "object"] as const;
export type Kind = (typeof KINDS)[number];

/** What values may look like, with nothing left to look up. */
export interface Shape {
  /** Where it stands, for messages. */
  readonly path: string;
  /** Kinds that the schema allows. */
  readonly kinds: ReadonlySet<Kind>;
  /**
   * Kinds that are written: without a type, those that the other keywords are about, since whoever says what an object holds
   * mostly wants one.
   */
  readonly written: ReadonlySet<Kind>;
  /** All that is allowed, where values are listed. */
  readonly values?: readonly unknown[];
  readonly text: Text;
  readonly number: NumberBounds;
  readonly array: Items;
  readonly object: Members;
}

interface Range {
  readonly least: number;
  readonly most: number;
}

export interface Text extends Range {
  readonly patterns: readonly Pattern[];
}

export interface Items extends Range {
  readonly prefix: readonly All[];
  /** Items behind the prefix; undefined: none are written. */
  readonly rest?: All;
  /** So many are written if there may be: a tuple without minItems is written in full. */
  readonly wanted: number;
}

export interface Members extends Range {
  readonly properties: readonly Property[];
  /** Further properties; undefined: none are written. */
  readonly extras?: All;
  /** What the names of further ones have to be. */
  readonly names: All;
  /** What a property has to be, declared or not. */
  readonly of: (name: string) => All;
}

export interface Property {
  readonly name: string;
  readonly all: All;
  readonly required: boolean;
}

/** @throws usage errors for patterns and formats that cannot be kept to */
export function shapeOf(together: Together, holds: Holds): Shape {
  const kinds = allowedKinds(together);
  return {
    path: together[0]?.place.path ?? "#",
    kinds,
    written: writtenKinds(together, kinds),
    values: valuesOf(together, holds),
    text: kinds.has("string") ? textOf(together) : { ...rangeOf([], []), patterns: [] },
    number: numberOf(together, !kinds.has("fraction")),
    array: itemsOf(together),
    object: membersOf(together, holds),
  };
}

const kindsOf = (type: string): readonly Kind[] =>
  type === "number" ? ["integer", "fraction"] : [type as Kind];

function allowedKinds(together: Together): ReadonlySet<Kind> {
  const types = together.flatMap(({ keywords: { type } }) => (type === undefined ? [] : [[type].flat()]));
  return new Set(KINDS.filter((kind) => types.every((names) => names.flatMap(kindsOf).includes(kind))));
}

/** Keywords that are about values of one kind only. */
const ABOUT: readonly (readonly [readonly Kind[], readonly (keyof Keywords)[]])[] = [
  [
    ["integer", "fraction"],
    ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
  ],
  [["string"], ["minLength", "maxLength", "pattern", "format"]],
  [["array"], ["items", "prefixItems", "minItems", "maxItems"]],
  [
    ["object"],
    ["properties", "required", "additionalProperties", "propertyNames", "minProperties", "maxProperties"],
  ],
];

function writtenKinds(together: Together, kinds: ReadonlySet<Kind>): ReadonlySet<Kind> {
  if (together.some(({ keywords }) => keywords.type !== undefined)) return kinds;
  const about = ABOUT.filter(([, keys]) => keys.some((key) => defined(together, key).length > 0));
  return about.length === 0 ? kinds : new Set(about.flatMap(([of]) => of));
}

/** What the levels say by one keyword, those left out that say nothing. */
const defined = <K extends keyof Keywords>(together: Together, key: K) =>
  together
    .map(({ keywords }) => keywords[key])
    .filter((value): value is NonNullable<Keywords[K]> => value !== undefined);

function valuesOf(together: Together, { within }: Holds): readonly unknown[] | undefined {
  const only = defined(together, "const");
  const [listed] = only.length > 0 ? [only.slice(0, 1)] : defined(together, "enum");
  return listed?.filter((value) => together.every(({ keywords, place }) => within(value, keywords, place)));
}

const rangeOf = (least: readonly number[], most: readonly number[]): Range => ({
  least: Math.max(0, ...least),
  most: Math.min(Number.POSITIVE_INFINITY, ...most),
});

const textOf = (together: Together): Text => ({
  ...rangeOf(defined(together, "minLength"), defined(together, "maxLength")),
  patterns: together.flatMap(patternsOf),
});

function patternsOf({ keywords: { pattern, format }, place: { path } }: Said): Pattern[] {
  const found: Pattern[] = [];
  if (pattern !== undefined) {
    const name = `${path}/pattern`;
    try {
      found.push({ name, regex: new RegExp(pattern, "u") });
    } catch (cause) {
      throw usage(`${name} is no regular expression with the flag u: ${(cause as Error).message}`, cause);
    }
  }
  if (format === undefined) return found;
  const form = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (form) found.push({ name: `${path}/format`, regex: new RegExp(form, "u"), whole: true, isPart: true });
  else if (pattern === undefined)
    throw usage(
      `${path}/format: there is no format ${JSON.stringify(format)}: choose one of ${Object.keys(FORMATS).join(", ")}, or write a pattern`,
    );
  return found;
}

function numberOf(together: Together, whole: boolean): NumberBounds {
  const bounds = (key: keyof Keywords, strict: boolean) =>
    defined(together, key).map((value): Bound => ({ value: value as number, strict }));
  const tightest = (all: Bound[], sign: 1 | -1) =>
    all.sort((a, b) => sign * (b.value - a.value) || Number(b.strict) - Number(a.strict)).at(0);
  return {
    whole,
    least: tightest([...bounds("minimum", false), ...bounds("exclusiveMinimum", true)], 1),
    most: tightest([...bounds("maximum", false), ...bounds("exclusiveMaximum", true)], -1),
  };
}

function itemsOf(together: Together): Items {
  const prefix = Array.from(
    { length: Math.max(0, ...defined(together, "prefixItems").map((items) => items.length)) },
    (_, index) => together.flatMap((said) => itemOf(said, index) ?? []),
  );
  const range = rangeOf(defined(together, "minItems"), defined(together, "maxItems"));
  const tuples = together.filter(
    ({ keywords: { prefixItems, items } }) => prefixItems && items === undefined,
  );
  const full = Math.min(...tuples.map(({ keywords }) => keywords.prefixItems?.length ?? 0));
  const isTuple = tuples.length > 0 && range.least <= full;
  const isCounted = defined(together, "minItems").length > 0;
  return {
    ...range,
    most: isTuple ? Math.min(range.most, full) : range.most,
    prefix,
    rest: isTuple ? undefined : together.flatMap((said) => itemOf(said, prefix.length) ?? []),
    wanted: isTuple && !isCounted ? full : 0,
  };
}

/** What one level says of an item. */
function itemOf({ keywords: { prefixItems = [], items }, place }: Said, index: number) {
  if (index < prefixItems.length) return inside(place, prefixItems[index], "prefixItems", index);
  return items === undefined ? undefined : inside(place, items, "items");
}

function membersOf(together: Together, { at }: Holds): Members {
  const required = new Set(defined(together, "required").flat());
  const named = defined(together, "properties").flatMap((properties) => Object.keys(properties));
  const names = placesOf(together, "propertyNames");
  const of = (name: string): All => [
    ...together.flatMap(({ keywords, place }) => propertyOf(keywords, place, name) ?? []),
    // A name that may not be stands for a property that nothing is allowed in.
    ...names.filter((place) => !at(name, place)).map((place) => inside(place, false, name)),
  ];
  const isClosed = named.length > 0 && defined(together, "additionalProperties").length === 0;
  return {
    ...rangeOf(defined(together, "minProperties"), defined(together, "maxProperties")),
    properties: [...new Set([...named, ...required])].map((name) => ({
      name,
      all: of(name),
      required: required.has(name),
    })),
    extras: isClosed ? undefined : placesOf(together, "additionalProperties"),
    names,
    of,
  };
}

const placesOf = (together: Together, key: "additionalProperties" | "propertyNames"): All =>
  together.flatMap(({ keywords, place }) =>
    keywords[key] === undefined ? [] : [inside(place, keywords[key], key)],
  );
