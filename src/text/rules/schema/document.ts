import { quoted, usage } from "../../../core/errors.js";
import { once } from "../../../core/once.js";
import { type Keywords, readKeywords } from "./keywords.js";

/** A schema and the place in its document, as a JSON pointer (RFC 6901) behind "#". */
export interface Place {
  readonly path: string;
  readonly schema: unknown;
}

/** What a place says; `false`: it allows nothing. */
export type Read = (place: Place) => Keywords | false;

/** A schema's document: places are read once, and references found in it. */
export interface Document {
  readonly root: Place;
  readonly read: Read;
  /** @throws a usage error that names the reference, where it leads nowhere or elsewhere */
  resolve(reference: string, from: Place): Place;
}

export function openDocument(schema: unknown): Document {
  const root: Place = { path: "#", schema };
  const readAt = once((place: Place) => readKeywords(place.schema, place.path));
  /** One object a place, however one came to it. */
  const places = new Map<string, Place>([[root.path, root]]);
  return {
    root,
    read: (place) => {
      const known = places.get(place.path) ?? place;
      places.set(place.path, known);
      return readAt(known);
    },
    resolve(reference, from) {
      const at = `${from.path}/$ref`;
      if (reference !== "#" && !reference.startsWith("#/"))
        throw usage(
          `${at} is ${quoted(reference)}, which lies outside the schema: references begin with "#/"`,
        );
      return reference
        .split("/")
        .slice(1)
        .map(unescaped)
        .reduce((place, key) => {
          const value =
            isKeyed(place.schema) && Object.hasOwn(place.schema, key) ? place.schema[key] : undefined;
          if (value === undefined)
            throw usage(`${at} is ${quoted(reference)}, and there is no such place in the schema`);
          return inside(place, value, key);
        }, root);
    },
  };
}

type Keyed = Readonly<Record<string, unknown>>;

const isKeyed = (value: unknown): value is Keyed => typeof value === "object" && value !== null;

/** The place of a value within another. */
export const inside = ({ path }: Place, schema: unknown, ...keys: readonly (string | number)[]): Place => ({
  path: [path, ...keys.map((key) => escaped(String(key)))].join("/"),
  schema,
});

const escaped = (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1");

const unescaped = (key: string) => decoded(key).replaceAll("~1", "/").replaceAll("~0", "~");

function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
