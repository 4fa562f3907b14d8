import { type Characters, isLast } from "./characters.js";
import { END, type End, type Leaf, leaf } from "./grammar.js";
import { known } from "./known.js";
import { beginning } from "./utf8.js";

type State = Leaf | End;

/** The text itself, in UTF-8. */
export const plainText = known((characters: Characters): State => {
  const { accepts, near } = characters;
  if (accepts && isLast(characters)) return END;
  return leaf(
    accepts,
    (byte) => character(characters, byte, plainText),
    near && ((bytes) => plainText(near(bytes)) as Leaf),
  );
});

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
/** What stands behind a backslash, and the character it means (RFC 8259, section 7). \/ is left out: nobody needs it. */
const ESCAPES = new Map(
  Object.entries({ '"': '"', "\\": "\\", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }).map(
    ([written, meant]) => [written.charCodeAt(0), meant.charCodeAt(0)],
  ),
);

/**
 * The text as a JSON string, quotes and escapes included. Characters of ASCII that can be written as they are always are, so
 * that what follows is not left open without need.
 */
export const jsonString = known(
  (characters: Characters): Leaf => leaf(false, (byte) => (byte === QUOTE ? within(characters) : undefined)),
);

/** A JSON string behind its opening quote. */
const within = known((characters: Characters): Leaf => {
  const { accepts, near } = characters;
  return leaf(
    false,
    (byte) => {
      if (byte === QUOTE) return accepts ? END : undefined;
      if (byte === BACKSLASH) return canEscape(characters) ? escaped(characters) : undefined;
      return byte < 0x20 ? undefined : character(characters, byte, within);
    },
    near && ((bytes) => within(near(bytes))),
  );
});

const canEscape = (characters: Characters) =>
  [...ESCAPES.values()].some((meant) => characters.over(meant, meant)) ||
  escapedUnit(characters) !== undefined;

const escaped = known(
  (characters: Characters): Leaf =>
    leaf(false, (byte) => {
      if (byte === LETTER_U) return escapedUnit(characters);
      const meant = ESCAPES.get(byte);
      const to = meant === undefined ? undefined : characters.over(meant, meant);
      return to && within(to as Characters);
    }),
);

/** Where a range of code points, or of UTF-16 units, leads; "mixed": not all of it to one state. */
type Landing = (low: number, high: number) => State | "mixed" | undefined;

const landing =
  (characters: Characters, then: (to: Characters) => State): Landing =>
  (low, high) => {
    const to = characters.over(low, high);
    return to && to !== "mixed" ? then(to) : to;
  };

/** The first byte of a character in UTF-8; `then` is the state behind the whole of it. */
function character(characters: Characters, byte: number, then: (to: Characters) => State): State | undefined {
  const found = beginning(byte);
  if (!found) return undefined;
  const { low, high, more } = found;
  return narrowed(UTF8, low - (low % 64 ** more), more, landing(characters, then), low, high);
}

/** How characters are spelt out: a number in digits, most significant first. */
interface Digits {
  readonly base: number;
  /** The value of a digit's byte; undefined: it is none. */
  value(byte: number): number | undefined;
  /** Any so many digits, then a state. */
  readonly any: (then: State) => (count: number) => State;
}

const digitsOf = (base: number, value: Digits["value"]): Digits => {
  const any = known((then: State) => {
    const states: State[] = [then];
    return (count: number): State => {
      for (let left = states.length; left <= count; left++)
        states.push(leaf(false, (byte) => (value(byte) === undefined ? undefined : states[left - 1])));
      return states[count];
    };
  });
  return { base, value, any };
};

const UTF8 = digitsOf(64, (byte) => ((byte & 0xc0) === 0x80 ? byte & 0x3f : undefined));
const HEX = digitsOf(16, (byte) => {
  const digit = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(digit) ? undefined : digit;
});

/** So many digits more, of a number from `start` on, of which those within `low` and `high` land somewhere. */
function narrowed(
  digits: Digits,
  start: number,
  count: number,
  land: Landing,
  low: number,
  high: number,
): State | undefined {
  const to = land(low, high);
  if (to === undefined || count === 0) return to as State | undefined;
  const size = digits.base ** (count - 1);
  if (to !== "mixed" && high - low + 1 === size * digits.base) return digits.any(to)(count);
  return leaf(false, (byte) => {
    const value = digits.value(byte);
    if (value === undefined) return undefined;
    const from = start + value * size;
    const [least, most] = [Math.max(low, from), Math.min(high, from + size - 1)];
    return least <= most ? narrowed(digits, from, count - 1, land, least, most) : undefined;
  });
}

/** Four digits behind \u: a character, or the first half of a pair. A second half never comes alone. */
function escapedUnit(characters: Characters): Leaf | undefined {
  const direct = landing(characters, within);
  const halves: Landing = (low, high) => {
    if (low === high) return secondHalf(characters, low);
    return characters.over(pairStart(low), pairStart(high) + 0x3ff) && "mixed";
  };
  const parts: readonly (readonly [number, number, Landing])[] = [
    [0, 0x1f, direct],
    [0x7f, 0xd7ff, direct],
    [0xd800, 0xdbff, halves],
    [0xe000, 0xffff, direct],
  ];
  const land: Landing = (low, high) => {
    const within = parts.find(([from, to]) => from <= low && high <= to);
    if (within) return within[2](low, high);
    const touched = parts.filter(([from, to]) => from <= high && low <= to);
    return touched.some(([from, to, of]) => of(Math.max(low, from), Math.min(high, to)))
      ? "mixed"
      : undefined;
  };
  return narrowed(HEX, 0, 4, land, 0, 0xffff) as Leaf | undefined;
}

/** The first character that is written with this first half of a pair. */
const pairStart = (half: number) => 0x10000 + (half - 0xd800) * 0x400;

function secondHalf(characters: Characters, half: number): State | undefined {
  const start = pairStart(half);
  const direct = landing(characters, within);
  const land: Landing = (low, high) => direct(start + low - 0xdc00, start + high - 0xdc00);
  if (!land(0xdc00, 0xdfff)) return undefined;
  const unit = narrowed(HEX, 0, 4, land, 0xdc00, 0xdfff) as Leaf;
  const letter = leaf(false, (byte) => (byte === LETTER_U ? unit : undefined));
  return leaf(false, (byte) => (byte === BACKSLASH ? letter : undefined));
}
