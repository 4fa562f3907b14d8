import { allowed } from "./distribution.js";
import type { Rules, Token, TokenMask } from "./types.js";

/** Where a path of legal tokens leads. */
export interface Place {
  /** The sequence is complete: nothing follows. */
  readonly ended: boolean;
  /** Tokens allowed next; undefined: all. Asked for only where something may follow. */
  mask(): TokenMask | undefined;
  /** One token on; undefined behind the end, and behind a token that is not allowed: no rule is asked there. */
  step(token: Token): Place | undefined;
}

const FREE: Place = { ended: false, mask: () => undefined, step: () => FREE };

/** The places that rules lead to, each found once. Without rules everything may follow everything. */
export const startPlace = (rules: Rules<unknown> | undefined): Place =>
  rules ? placeAt(rules, rules.start) : FREE;

function placeAt(rules: Rules<unknown>, state: unknown): Place {
  const ended = rules.ended(state);
  const next = new Map<Token, Place | undefined>();
  let known = false;
  let found: TokenMask | undefined;
  const mask = () => {
    if (!known) found = rules.mask(state);
    known = true;
    return found;
  };
  return {
    ended,
    mask,
    step(token) {
      if (ended) return undefined;
      if (!next.has(token))
        next.set(token, allowed(mask(), token) ? placeAt(rules, rules.advance(state, token)) : undefined);
      return next.get(token);
    },
  };
}

/** Where a path leads from a place. */
export function walk(from: Place, path: readonly Token[]): Place | undefined {
  let at: Place | undefined = from;
  for (const token of path) at = at?.step(token);
  return at;
}

/** The token that a mask leaves as the only one. Bits beyond the vocabulary allow nothing. */
export function onlyToken(mask: TokenMask | undefined, vocabularySize: number): Token | undefined {
  if (!mask) return undefined;
  let only: Token | undefined;
  const words = Math.min(mask.length, Math.ceil(vocabularySize / 32));
  for (let word = 0; word < words; word++) {
    const beyond = vocabularySize - word * 32;
    const bits = beyond < 32 ? mask[word] & ((1 << beyond) - 1) : mask[word];
    if (bits === 0) continue;
    if (only !== undefined || (bits & (bits - 1)) !== 0) return undefined;
    only = word * 32 + (31 - Math.clz32(bits));
  }
  return only;
}
