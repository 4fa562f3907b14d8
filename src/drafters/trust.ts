import type { Round, Token } from "../core/types.js";

/**
 * How often guesses of a sequence stood, by kinds of guesses: what a drafter that draws nothing states as confidence. What is
 * committed judges every guess up to the first that is wrong, also those that the plan left out.
 */
export interface Trust {
  /** The chance that a guess of this kind stands, once the one before it does. */
  of(kind: number): number;
  /** Guesses in a row for the places from `place` of the output on, and their kinds. */
  expect(place: number, tokens: readonly Token[], kinds: readonly number[]): void;
  observe(round: Round): void;
}

/** Observations that the chances known beforehand are worth. */
const PRIOR = 4;

/** @param chances what is known beforehand, by kind */
export function createTrust(chances: readonly number[]): Trust {
  const stood = Float64Array.from(chances, (chance) => PRIOR * chance);
  const tried = new Float64Array(chances.length).fill(PRIOR);
  let expected: { place: number; tokens: readonly Token[]; kinds: readonly number[] } | undefined;
  return {
    of: (kind) => stood[kind] / tried[kind],
    expect(place, tokens, kinds) {
      expected = { place, tokens, kinds };
    },
    observe({ start, tokens }) {
      // Guesses that were asked for behind other guesses may have stood behind wrong ones.
      if (expected?.place === start)
        for (let i = 0; i < Math.min(tokens.length, expected.tokens.length); i++) {
          const kind = expected.kinds[i];
          tried[kind]++;
          if (tokens[i] !== expected.tokens[i]) break;
          stood[kind]++;
        }
      expected = undefined;
    },
  };
}

/** Chances are told apart by so many ranges. */
export const RANGES = 10;
export const rangeOf = (chance: number) => Math.min(RANGES - 1, Math.floor(RANGES * chance));

/** Longest match worth counting. */
export const LONGEST = 24;
/** The shortest match of each kind. */
const KINDS = [0, 1, 2, 3, 4, 6, 9, 15];

/** Trust in guesses by how many tokens before them agree. */
export interface MatchTrust extends Pick<Trust, "observe"> {
  /** The chance of a guess behind a match of this length. */
  of(length: number): number;
  /** Confidences of guesses in a row behind such a match: each that stands makes it longer by one. */
  along(length: number, count: number): number[];
  expect(place: number, tokens: readonly Token[], length: number): void;
}

/** Kinds of guesses by how many tokens before them agree, and the chance of each before anything is known of a text. */
export const kindOfMatch = (length: number) => KINDS.findLastIndex((shortest) => length >= shortest);
export const MATCH_CHANCES: readonly number[] = KINDS.map((length) => 0.95 - 0.8 * 0.75 ** length);

export function trustByMatch(): MatchTrust {
  const trust = createTrust(MATCH_CHANCES);
  const of = (length: number) => trust.of(kindOfMatch(length));
  return {
    of,
    along: (length, count) => Array.from({ length: count }, (_, i) => of(length + i)),
    expect: (place, tokens, length) =>
      trust.expect(
        place,
        tokens,
        tokens.map((_, i) => kindOfMatch(length + i)),
      ),
    observe: trust.observe,
  };
}
