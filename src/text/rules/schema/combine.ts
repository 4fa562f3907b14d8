import { usage } from "../../../core/errors.js";
import { type Document, inside, type Place } from "./document.js";
import type { Keywords } from "./keywords.js";

/** Places whose schemas all have to hold; none: anything does. */
export type All = readonly Place[];

/** One level of a schema, read. */
export interface Said {
  readonly place: Place;
  readonly keywords: Keywords;
}

/** Levels that all have to hold, without references and alternatives: those have been put in their place. */
export type Together = readonly Said[];

/** Most alternatives that one place may come to. */
const MOST = 500;

export const keyOf = (all: All) => [...new Set(all.map(({ path }) => path))].sort().join(" ");

export interface Combined {
  /** The alternatives that places come to when all of them hold; none: nothing is allowed. */
  readonly alternatives: (all: All) => readonly Together[];
  /** Places with a oneOf that were come across. */
  readonly choices: ReadonlyMap<string, Said>;
}

/**
 * Resolves $ref, allOf, anyOf and oneOf.
 *
 * @throws usage errors for a place that refers to itself with nothing in between, and for too many alternatives
 */
export function combine({ read, resolve }: Document): Combined {
  const choices = new Map<string, Said>();

  const expand = (place: Place, behind: readonly string[]): readonly Together[] => {
    if (behind.includes(place.path))
      throw usage(
        `${place.path} refers to itself with no property or item in between: whether a value fits could never be told`,
      );
    const keywords = read(place);
    if (keywords === false) return [];
    const path = [...behind, place.path];
    const { $ref, allOf = [], anyOf, oneOf } = keywords;
    const said: Said = { place, keywords };
    if (oneOf) choices.set(place.path, said);
    const each = (of: readonly unknown[], key: string) =>
      of.map((schema, index) => expand(inside(place, schema, key, index), path));
    const parts = [
      [[said]],
      ...($ref === undefined ? [] : [expand(resolve($ref, place), path)]),
      ...each(allOf, "allOf"),
      ...(anyOf ? [each(anyOf, "anyOf").flat()] : []),
      ...(oneOf ? [each(oneOf, "oneOf").flat()] : []),
    ];
    return product(parts, place);
  };

  return {
    alternatives: (all) =>
      product(
        all.map((place) => expand(place, [])),
        all[0],
      ),
    choices,
  };
}

/** One of each, in all ways. */
function product(parts: readonly (readonly Together[])[], place?: Place): readonly Together[] {
  return parts.reduce<readonly Together[]>(
    (all, part) => {
      if (all.length * part.length > MOST)
        throw usage(
          `${place?.path} comes to more than ${MOST} alternatives when they are combined: simplify it`,
        );
      return all.flatMap((one) => part.map((other) => [...one, ...other.filter((said) => !has(one, said))]));
    },
    [[]],
  );
}

const has = (together: Together, { place }: Said) => together.some((said) => said.place.path === place.path);
