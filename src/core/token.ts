/** An index into a model's vocabulary. */
export type Token = number;

/** A bit a token: bit `t & 31` of word `t >> 5` is set where token t is allowed. */
export type TokenMask = Uint32Array;
