/**
 * A state of an automaton over the characters of a text: Unicode code points without the surrogates, which no UTF-8 has. From
 * every state an end can be reached.
 */
export interface Characters {
  /** The text may end here. */
  readonly accepts: boolean;
  /** Where the characters of a range lead: undefined: none of them may follow; "mixed": not all of them lead to one state. */
  over(low: number, high: number): Characters | "mixed" | undefined;
  /** A state that looks the same to whoever reads no further than so many characters; it may stand for many. */
  near?(count: number): Characters;
}

export const LAST_CHARACTER = 0x10ffff;

/** No character may follow. */
export const isLast = ({ over }: Characters) => !over(0, 0xd7ff) && !over(0xe000, LAST_CHARACTER);

/** Any text. */
export const ANY: Characters = { accepts: true, over: () => ANY };

/** Any text of a length within bounds, counted in characters. */
export function ofLength(least: number, most = Number.POSITIVE_INFINITY): Characters {
  const known = new Map<string, Characters>();
  const state = (min: number, max: number): Characters => {
    if (min === 0 && max === Number.POSITIVE_INFINITY) return ANY;
    const key = `${min} ${max}`;
    const found: Characters = known.get(key) ?? {
      accepts: min === 0,
      over: () => (max > 0 ? state(Math.max(0, min - 1), max - 1) : undefined),
      near: (count) => state(Math.min(min, count + 1), max >= count ? Number.POSITIVE_INFINITY : max),
    };
    known.set(key, found);
    return found;
  };
  return state(least, most);
}

/** Any text but these. */
export function otherThan(texts: readonly string[]): Characters {
  const state = (left: readonly (readonly number[])[], depth: number): Characters => {
    const longer = left.filter((text) => text.length > depth);
    if (left.length === 0) return ANY;
    return {
      accepts: longer.length === left.length,
      over(low, high) {
        const next = longer.filter((text) => text[depth] >= low && text[depth] <= high);
        if (next.length === 0) return ANY;
        return low === high ? state(next, depth + 1) : "mixed";
      },
    };
  };
  return state(
    texts.map((text) => Array.from(text, (character) => character.codePointAt(0) as number)),
    0,
  );
}
