import type { Rules, Token, TokenMask } from "./types.js";

export interface ByPlaceOptions {
  readonly vocabularySize: number;
  /** Tokens that are forced, by place in the output; undefined: free. */
  readonly given?: readonly (Token | undefined)[];
  /** What may stand at a place that is free; undefined: anything. */
  readonly allowed?: (place: number) => TokenMask | undefined;
}

/** Rules that go by the place in the output alone; a state is that place. */
export function byPlace({ vocabularySize, given, allowed }: ByPlaceOptions): Rules<unknown> {
  const masks = new Map<Token, TokenMask>();
  const only = (token: Token) => {
    const mask = masks.get(token) ?? rangeMask(token, 1, vocabularySize);
    masks.set(token, mask);
    return mask;
  };
  return {
    start: 0,
    advance: (place) => (place as number) + 1,
    mask(place) {
      const token = given?.[place as number];
      return token === undefined ? allowed?.(place as number) : only(token);
    },
    ended: () => false,
  };
}

/** Allows `count` tokens from `first` on. */
export function rangeMask(first: Token, count: number, vocabularySize: number): TokenMask {
  const mask = new Uint32Array((vocabularySize >> 5) + 1);
  for (let token = first; token < first + count; token++) mask[token >> 5] |= 1 << (token & 31);
  return mask;
}
