import type { Noise } from "../core/noise.js";
import type { Token } from "../core/types.js";
import { hashOfLast } from "./context.js";
import { type Top, topOf } from "./top.js";

/** A context, and what the target says of it. */
export interface Example {
  readonly context: readonly Token[];
  readonly top: Top;
}

/** A small network that predicts the next token from the last ones, and learns example by example. */
export interface LogBilinear {
  /** The likeliest tokens, and the chance of each among all that it knows. */
  predict(context: readonly Token[], most: number): Top;
  /** One step of gradient descent on the cross entropy with the target's distribution. */
  learn(example: Example): void;
  copy(): LogBilinear;
}

/** Last tokens that it sees; each place has vectors of its own, and so have the last two and the last three together. */
export const SEEN = 4;
const TOGETHER = [2, 3];
/** Numbers of a vector, vectors of contexts (by hash), tokens that can be predicted. */
const SIZE = 16;
const VECTORS = 1 << 14;
const WORDS = 1 << 11;
const RATE = 0.07;
/** Tokens that the target thinks less likely than this are not learned anew. */
const LIKELY = 0.1;
/** Smaller gradients of a token are left out: they cost time and change nothing. */
const SLIGHT = 1e-3;

interface Weights {
  readonly vectors: Float32Array;
  readonly words: Float32Array;
  readonly biases: Float32Array;
  /** Sums of squared gradients. */
  readonly ofVectors: Float32Array;
  readonly ofWords: Float32Array;
  readonly ofBiases: Float32Array;
  /** The row of each token that is known, those that were learned last at the end; and back. */
  readonly rows: Map<Token, number>;
  readonly tokens: Token[];
}

/**
 * A log-bilinear language model (Mnih and Hinton 2007) on hashed contexts: the vectors of what stands before are added up, and
 * each token's logit is their product with the token's own vector, plus a bias. Its vocabulary is what the target found likely
 * so far; where that is full, the token that was learned longest ago makes room. Steps are AdaGrad's (Duchi et al. 2011), one
 * rate a vector.
 */
export function logBilinear(noise: Noise): LogBilinear {
  const small = (length: number) => Float32Array.from({ length }, () => 0.2 * (noise.chance() - 0.5));
  const sums = (length: number) => new Float32Array(length).fill(SLIGHT);
  return network({
    vectors: small(VECTORS * SIZE),
    words: small(WORDS * SIZE),
    biases: new Float32Array(WORDS),
    ofVectors: sums(VECTORS),
    ofWords: sums(WORDS),
    ofBiases: sums(WORDS),
    rows: new Map(),
    tokens: [],
  });
}

function network(weights: Weights): LogBilinear {
  const { vectors, words, biases, ofVectors, ofWords, ofBiases, rows, tokens } = weights;
  const hidden = new Float64Array(SIZE);
  const gradient = new Float64Array(SIZE);
  const chances = new Float32Array(WORDS);

  /** Leaves the chance of each token that is known in `chances`, and the sum of vectors in `hidden`. */
  function score(places: readonly number[]): void {
    hidden.fill(0);
    for (const place of places) for (let i = 0; i < SIZE; i++) hidden[i] += vectors[place * SIZE + i];
    let most = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < tokens.length; row++) {
      let logit = biases[row];
      for (let i = 0, at = row * SIZE; i < SIZE; i++, at++) logit += words[at] * hidden[i];
      chances[row] = logit;
      if (logit > most) most = logit;
    }
    let total = 0;
    for (let row = 0; row < tokens.length; row++) {
      chances[row] = Math.exp(chances[row] - most);
      total += chances[row];
    }
    for (let row = 0; row < tokens.length; row++) chances[row] /= total;
  }

  /** A token's row; a new one for a token that is not known. */
  function rowOf(token: Token): number {
    let row = rows.get(token) ?? tokens.length;
    if (row === WORDS) {
      const [oldest, its] = rows.entries().next().value!;
      rows.delete(oldest);
      row = its;
      biases[row] = 0;
      [ofWords[row], ofBiases[row]] = [SLIGHT, SLIGHT];
    }
    tokens[row] = token;
    rows.delete(token);
    rows.set(token, row);
    return row;
  }

  /** One token's part of a step: leaves its share of the gradient of `hidden`. */
  function learnWord(row: number, slope: number): void {
    let squares = 0;
    for (let i = 0, at = row * SIZE; i < SIZE; i++, at++) {
      gradient[i] += slope * words[at];
      squares += (slope * hidden[i]) ** 2;
    }
    ofWords[row] += squares / SIZE;
    ofBiases[row] += slope ** 2;
    const step = (RATE / Math.sqrt(ofWords[row])) * slope;
    for (let i = 0, at = row * SIZE; i < SIZE; i++, at++) words[at] -= step * hidden[i];
    biases[row] -= (RATE / Math.sqrt(ofBiases[row])) * slope;
  }

  function learnVectors(places: readonly number[]): void {
    const squares = gradient.reduce((sum, slope) => sum + slope ** 2, 0) / SIZE;
    for (const place of places) {
      ofVectors[place] += squares;
      const step = RATE / Math.sqrt(ofVectors[place]);
      for (let i = 0, at = place * SIZE; i < SIZE; i++, at++) vectors[at] -= step * gradient[i];
    }
  }

  return {
    predict(context, most) {
      if (tokens.length === 0) return { tokens: [], shares: [] };
      score(placesOf(context));
      const best = topOf(chances.subarray(0, tokens.length), most).tokens;
      return { tokens: best.map((row) => tokens[row]), shares: best.map((row) => chances[row]) };
    },
    learn({ context, top }) {
      const wanted = new Map<number, number>();
      top.tokens.forEach((token, i) => {
        if (top.shares[i] >= LIKELY || rows.has(token)) wanted.set(rowOf(token), top.shares[i]);
      });
      const places = placesOf(context);
      score(places);
      for (const [row, share] of wanted) chances[row] -= share;
      gradient.fill(0);
      for (let row = 0; row < tokens.length; row++)
        if (Math.abs(chances[row]) >= SLIGHT) learnWord(row, chances[row]);
      learnVectors(places);
    },
    copy: () => network(structuredClone(weights)),
  };
}

/** The vectors of a context. */
function placesOf(context: readonly Token[]): number[] {
  const single = Array.from({ length: Math.min(SEEN, context.length) }, (_, i) =>
    hashOfLast([-1 - i, context[context.length - 1 - i]], 2),
  );
  const together = TOGETHER.filter((length) => length <= context.length);
  return [...single, ...together.map((length) => hashOfLast(context, length))].map(
    (hash) => (hash >>> 0) % VECTORS,
  );
}
