import { isDeepStrictEqual } from "node:util";
import { FORMATS } from "../formats.js";
import { type Document, inside, type Place } from "./document.js";
import type { Keywords, TypeName } from "./keywords.js";

export interface Holds {
  /** A value is what a place asks for. */
  at(value: unknown, place: Place): boolean;
  /** It is what the keywords of one level ask for; what they refer to, and their alternatives, are left out. */
  within(value: unknown, keywords: Keywords, place: Place): boolean;
}

/**
 * Compares values with schemas: an enum beside other keywords has only the values that all of them allow. Formats are looked
 * at only if that is asked for: `FORMATS` has not all that is of a format.
 */
export function createHolds({ read, resolve }: Document, { formats }: { readonly formats: boolean }): Holds {
  const at = (value: unknown, place: Place): boolean => {
    const keywords = read(place);
    if (keywords === false || !within(value, keywords, place)) return false;
    const { $ref, allOf = [], anyOf, oneOf } = keywords;
    const holding = (of: readonly unknown[], key: string) =>
      of.filter((schema, index) => at(value, inside(place, schema, key, index))).length;
    return (
      ($ref === undefined || at(value, resolve($ref, place))) &&
      holding(allOf, "allOf") === allOf.length &&
      (!anyOf || holding(anyOf, "anyOf") > 0) &&
      (!oneOf || holding(oneOf, "oneOf") === 1)
    );
  };

  const within = (value: unknown, keywords: Keywords, place: Place): boolean => {
    const { type, enum: values, const: only } = keywords;
    if (type !== undefined && ![type].flat().some((name) => isOf(value, name))) return false;
    if (values && !values.includes(value) && !values.some((one) => isSame(one, value))) return false;
    if (only !== undefined && only !== value && !isSame(only, value)) return false;
    if (typeof value === "number") return numberHolds(value, keywords);
    if (typeof value === "string")
      return textHolds(value, keywords) && (!formats || formatHolds(value, keywords));
    if (Array.isArray(value)) return arrayHolds(value, keywords, place);
    return typeof value !== "object" || value === null || objectHolds(value, keywords, place);
  };

  const arrayHolds = (value: readonly unknown[], keywords: Keywords, place: Place): boolean => {
    const { prefixItems = [], items, minItems, maxItems } = keywords;
    return (
      isWithin(value.length, minItems, maxItems) &&
      value.every((item, index) => {
        if (index < prefixItems.length)
          return at(item, inside(place, prefixItems[index], "prefixItems", index));
        return items === undefined || at(item, inside(place, items, "items"));
      })
    );
  };

  const objectHolds = (value: object, keywords: Keywords, place: Place): boolean => {
    const { required = [], minProperties, maxProperties, propertyNames } = keywords;
    const entries = Object.entries(value);
    return (
      isWithin(entries.length, minProperties, maxProperties) &&
      required.every((name) => Object.hasOwn(value, name)) &&
      entries.every(([name, one]) => {
        const named = propertyNames === undefined || at(name, inside(place, propertyNames, "propertyNames"));
        const found = propertyOf(keywords, place, name);
        return named && (!found || at(one, found));
      })
    );
  };

  return { at, within };
}

/** What one level of a schema says of a property; undefined: nothing. */
export function propertyOf(
  { properties = {}, additionalProperties }: Keywords,
  place: Place,
  name: string,
): Place | undefined {
  if (Object.hasOwn(properties, name)) return inside(place, properties[name], "properties", name);
  return additionalProperties === undefined
    ? undefined
    : inside(place, additionalProperties, "additionalProperties");
}

function isOf(value: unknown, type: TypeName): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}

/** Of two values with parts. */
const isSame = (one: unknown, other: unknown) =>
  typeof one === "object" && typeof other === "object" && isDeepStrictEqual(one, other);

const isWithin = (value: number, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY) =>
  value >= least && value <= most;

function numberHolds(value: number, keywords: Keywords): boolean {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = keywords;
  return (
    isWithin(value, minimum, maximum) &&
    !(exclusiveMinimum !== undefined && value <= exclusiveMinimum) &&
    !(exclusiveMaximum !== undefined && value >= exclusiveMaximum)
  );
}

const textHolds = (value: string, { minLength, maxLength, pattern }: Keywords) =>
  isWithin(Array.from(value).length, minLength, maxLength) &&
  (pattern === undefined || new RegExp(pattern, "u").test(value));

const formatHolds = (value: string, { format = "" }: Keywords) =>
  !Object.hasOwn(FORMATS, format) || new RegExp(`^(?:${FORMATS[format]})$`, "u").test(value);
