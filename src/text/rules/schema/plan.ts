import { usage } from "../../../core/errors.js";
import type { Characters } from "../characters.js";
import type { Grammar } from "../grammar.js";
import { type All, type Combined, keyOf } from "./combine.js";
import type { Holds } from "./holds.js";
import { namesOf, numbersOf, stringsOf } from "./leaves.js";
import { type Items, type Kind, type Shape, shapeOf } from "./shape.js";

/** Most different places a schema may lead to. */
const MOST = 20_000;

/** What may stand at places of a schema, and whether anything can. */
export interface Plan extends Leaves {
  isPossible(all: All): boolean;
  /** The shapes of which there are values; none: nothing can stand there. */
  shapes(all: All): readonly Shape[];
  /** The kinds of a shape of which there are values. */
  kinds(shape: Shape): readonly Kind[];
  /** So many items a shape's arrays have at least, and at most. */
  items(shape: Shape): { readonly least: number; readonly most: number };
}

interface Leaves {
  /** What a shape's strings, and its numbers, are. Undefined: there are none. */
  strings(shape: Shape): Characters | undefined;
  numbers(shape: Shape): Characters | undefined;
  /** Names of a shape's further properties; undefined where none is written. */
  names(shape: Shape): Grammar | undefined;
}

/** What values need of those within them. */
interface Needs extends Leaves {
  isPossible(all: All): boolean;
  /** Items that a shape's arrays have at least. */
  least(shape: Shape): number;
}

/**
 * Follows a schema to all places it leads to, and finds out at which of them some value can stand: the least fixed point, so
 * that a value which needs another of its own kind within, and that one another, is none.
 *
 * @throws a usage error that names the place and the reason where no value can be written at all
 */
export function planOf(root: All, combined: Combined, holds: Holds, missing: ReadonlySet<number>): Plan {
  const shapesAt = (all: All) => combined.alternatives(all).map((together) => shapeOf(together, holds));
  const known = reachable(root, shapesAt);
  const leaves: Leaves = {
    strings: kept(stringsOf),
    numbers: kept((shape: Shape) => numbersOf(shape)),
    names: kept(({ object: { names, properties, extras } }) => {
      const declared = properties.map(({ name }) => name);
      return extras && namesOf(shapesAt(names), declared, missing);
    }),
  };
  const needs = settled(known, { ...leaves, least: ({ array }) => array.least });
  if (!needs.isPossible(root))
    throw usage(`no text can be written for this schema: ${reason(root, known, needs)}`);

  const most = ({ array }: Shape) => {
    const items = Array.from({ length: array.prefix.length + 1 }, (_, index) => itemAt(array, index));
    const impossible = items.findIndex((all) => !all || !needs.isPossible(all));
    return impossible < 0 ? array.most : Math.min(array.most, impossible);
  };
  const wanted = (shape: Shape) => Math.max(shape.array.least, Math.min(shape.array.wanted, most(shape)));
  // A tuple that holds another of its kind is written in full only if that one can come to an end in full, too.
  const full = settled(known, { ...leaves, least: wanted });
  const isFull = (shape: Shape) => !hindrance(shape, "array", full);
  const kinds = (shape: Shape) => [...shape.written].filter((kind) => !hindrance(shape, kind, needs));
  return {
    ...leaves,
    isPossible: needs.isPossible,
    kinds,
    shapes: (all) => known.get(keyOf(all))?.filter((shape) => isWritable(shape, needs)) ?? [],
    items: (shape) => ({ least: isFull(shape) ? wanted(shape) : shape.array.least, most: most(shape) }),
  };
}

/** What is possible where values need so much of those within them. */
function settled(known: Known, needs: Omit<Needs, "isPossible">): Needs {
  const possible = new Set<string>();
  const all: Needs = { ...needs, isPossible: (places) => possible.has(keyOf(places)) };
  for (let size = -1; size < possible.size; ) {
    size = possible.size;
    for (const [key, shapes] of known)
      if (!possible.has(key) && shapes.some((shape) => isWritable(shape, all))) possible.add(key);
  }
  return all;
}

const isWritable = (shape: Shape, needs: Needs) =>
  shape.values ? shape.values.length > 0 : [...shape.written].some((kind) => !hindrance(shape, kind, needs));

/** What `make` gives for a shape, found once. */
function kept<T>(make: (shape: Shape) => T): (shape: Shape) => T {
  const found = new Map<Shape, { readonly value: T }>();
  return (shape) => {
    const one = found.get(shape) ?? { value: make(shape) };
    found.set(shape, one);
    return one.value;
  };
}

type Known = ReadonlyMap<string, readonly Shape[]>;

function reachable(root: All, shapesAt: (all: All) => readonly Shape[]): Known {
  const known = new Map<string, readonly Shape[]>();
  const open: All[] = [root];
  for (let all = open.pop(); all; all = open.pop()) {
    if (known.has(keyOf(all))) continue;
    const shapes = shapesAt(all);
    known.set(keyOf(all), shapes);
    if (known.size > MOST) throw usage(`the schema leads to more than ${MOST} different places: simplify it`);
    for (const shape of shapes) if (!shape.values) open.push(...within(shape));
  }
  return known;
}

/** The places that a shape's values have others at. */
function within({ written, array, object }: Shape): All[] {
  const items = written.has("array") ? [...array.prefix, array.rest] : [];
  const members = written.has("object") ? [...object.properties.map(({ all }) => all), object.extras] : [];
  return [...items, ...members].filter((all) => all !== undefined);
}

/** Why no value of this kind can be written: a reason, or the place within that is to blame. Undefined where one can. */
function hindrance(shape: Shape, kind: Kind, needs: Needs): string | { readonly all: All } | undefined {
  const { path, text } = shape;
  switch (kind) {
    case "null":
    case "boolean":
      return undefined;
    case "integer":
    case "fraction":
      return needs.numbers(shape) ? undefined : `${path}: no number of up to 15 digits is within its bounds`;
    case "string":
      if (text.least > text.most) return `${path}: minLength ${text.least} is above maxLength ${text.most}`;
      return needs.strings(shape) ? undefined : `${path}: no text fits its pattern, format and length`;
    case "array":
      return arrayHindrance(shape, needs);
    case "object":
      return objectHindrance(shape, needs);
  }
}

export const itemAt = ({ prefix, rest }: Items, index: number): All | undefined => prefix[index] ?? rest;

function arrayHindrance(shape: Shape, { isPossible, least }: Needs) {
  const { path, array } = shape;
  if (array.least > array.most) return `${path}: minItems ${array.least} is above maxItems ${array.most}`;
  for (let index = 0; index < Math.min(least(shape), array.prefix.length + 1); index++) {
    const all = itemAt(array, index);
    if (all && !isPossible(all)) return { all };
  }
  return undefined;
}

function objectHindrance(shape: Shape, { isPossible, names }: Needs) {
  const { path, object } = shape;
  const { least, most, properties, extras } = object;
  if (least > most) return `${path}: minProperties ${least} is above maxProperties ${most}`;
  const required = properties.filter((property) => property.required);
  const impossible = required.find(({ all }) => !isPossible(all));
  if (impossible) return impossible;
  if (required.length > most)
    return `${path}: ${required.length} properties are required, and maxProperties is ${most}`;
  // A further name may come twice, and then counts once: more than one of them cannot be promised.
  const further = extras && isPossible(extras) && names(shape) ? 1 : 0;
  const sure = properties.filter(({ all }) => isPossible(all)).length + further;
  if (sure >= least) return undefined;
  return `${path}: minProperties is ${least}, and only ${sure} different properties are sure to be written`;
}

/** Why nothing can stand at a place: down to what is to blame. */
function reason(all: All, known: Known, needs: Needs, above: readonly string[] = []): string {
  const key = keyOf(all);
  const path = all[0]?.path;
  if (above.includes(key)) return `${path} always holds another of itself, without an end`;
  const [shape] = known.get(key) ?? [];
  if (!shape) return `${path} is false, or has no alternative that is not: it allows nothing`;
  if (shape.values) return `${shape.path}: none of its enum or const is allowed`;
  const [kind] = shape.written;
  if (kind === undefined) return `${shape.path}: no type is allowed by all that is said of it`;
  const found = hindrance(shape, kind, needs);
  if (typeof found === "string") return found;
  return found ? reason(found.all, known, needs, [...above, key]) : `${shape.path} allows nothing`;
}
