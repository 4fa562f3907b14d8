import type { Token } from "../core/types.js";

/** A finite scalar quantiser's codebook (Mentzer et al. 2024): a token is a few digits, each a place on a line. */
export interface Codebook {
  readonly size: number;
  /** The `count` nearest other tokens by distance of their codes, the nearest first. */
  neighbours(token: Token, count: number): Token[];
  /** The cell a token lies in when `2 ** coarseness` levels of each digit count as one. */
  cell(token: Token, coarseness: number): number;
}

export function codebook(levels: readonly number[]): Codebook {
  const size = levels.reduce((product, level) => product * level, 1);
  const digits = (token: Token) => {
    let rest = token;
    return levels.map((level) => {
      const digit = rest % level;
      rest = Math.floor(rest / level);
      return digit;
    });
  };
  // The digits of a line of n levels lie in -1 .. 1.
  const code = (token: Token) => digits(token).map((digit, i) => digit / Math.floor(levels[i] / 2));
  const codes = Array.from({ length: size }, (_, token) => code(token));
  return {
    size,
    neighbours(token, count) {
      const own = codes[token];
      const distance = (other: Token) =>
        own.reduce((sum, value, i) => sum + (value - codes[other][i]) ** 2, 0);
      const scored = codes.map((_, other) => [distance(other), other] as const);
      return scored
        .filter(([, other]) => other !== token)
        .sort(([a, i], [b, j]) => a - b || i - j)
        .slice(0, count)
        .map(([, other]) => other);
    },
    cell: (token, coarseness) =>
      digits(token).reduceRight((cell, digit, i) => cell * levels[i] + (digit >> coarseness), 0),
  };
}
