import type { Budget, Token } from "../core/types.js";

/** More guesses in a row than any pass has rows for. */
const MOST = 4096;

/**
 * How many guesses in a row a budget has room for: a whole number, 0 or above, whatever the budget says (a fraction is
 * rounded down, NaN is no room, without an end there is one all the same).
 */
export function roomIn({ nodes, depth }: Budget, most = MOST): number {
  const room = Math.floor(Math.min(nodes, depth, most, MOST));
  return room >= 1 ? room : 0;
}

/** The first tokens, up to the first that a vocabulary of this size lacks: no output holds such a one. */
export function inVocabulary(tokens: readonly Token[], size: number): readonly Token[] {
  const foreign = tokens.findIndex((token) => !(Number.isInteger(token) && token >= 0 && token < size));
  return foreign < 0 ? tokens : tokens.slice(0, foreign);
}
