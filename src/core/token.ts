/** An index into a model's vocabulary. */
export type Token = number;

/** A bit a token: bit `t & 31` of word `t >> 5` is set where token t is allowed. */
export type TokenMask = Uint32Array;

/** Rows one after another: learned look-ahead tokens, which a model may have behind its vocabulary. */
export interface Ahead {
  /** The node that they follow; -1: the last committed token. */
  readonly behind: number;
  readonly tokens: readonly Token[];
}
