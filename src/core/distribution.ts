import { failure } from "./errors.js";
import type { Token, TokenMask } from "./token.js";

/** A distribution over tokens: its support in ascending order, with unnormalised weights. */
export interface Distribution {
  /** Where it is a softmax of logits and nothing else: a draw then needs neither list nor sum. */
  readonly logits?: Logits;
  /** Tokens of non-zero weight, ascending. */
  readonly tokens: Int32Array;
  /** Their weights, > 0, not normalised. */
  readonly weights: Float64Array;
  /** Sum of the weights. */
  readonly total: number;
  /** Index (into `tokens`) of the heaviest; the lowest token among equals. */
  readonly best: number;
}

/**
 * weight(token) = exp((row[token] - row[top]) / temperature), where the mask allows it and unless it is below exp(-reach).
 * `createSampler` makes these; whoever makes one by hand answers for the row: no NaN, no +Infinity, a finite top.
 */
export interface Logits {
  readonly row: Float32Array;
  readonly temperature: number;
  /** The likeliest token that the mask allows, the lowest among equals. */
  readonly top: Token;
  /** At most, and if left out, `NEGLIGIBLE`. */
  readonly reach?: number;
  readonly mask?: TokenMask;
}

/** Below exp(-23), 1e-10 of the likeliest token, a token's mass is lost in the rounding of float32 logits. */
export const NEGLIGIBLE = 23;

export const allowed = (mask: TokenMask | undefined, token: Token) =>
  !mask || ((mask[token >> 5] >>> (token & 31)) & 1) === 1;

/** The weight of a logit so far below the top. Equals of the top weigh 1 at every temperature, 0 included. */
export const weightBelow = (below: number, temperature: number) =>
  below === 0 ? 1 : Math.exp(-below / temperature);

/** The softmax of a row of logits. Lists and sums are made when they are first asked for. */
export function softmax(logits: Logits): Distribution {
  let made: Distribution | undefined;
  const all = () => {
    made ??= listed(logits);
    return made;
  };
  return {
    logits,
    get tokens() {
      return all().tokens;
    },
    get weights() {
      return all().weights;
    },
    get total() {
      return all().total;
    },
    get best() {
      return all().best;
    },
  };
}

function listed({ row, temperature, top, mask, reach = NEGLIGIBLE }: Logits): Distribution {
  const floor = row[top] - reach * temperature;
  const tokens: number[] = [];
  for (let token = 0; token < row.length; token++)
    if (row[token] >= floor && allowed(mask, token)) tokens.push(token);
  const weights = new Float64Array(tokens.length);
  for (let i = 0; i < weights.length; i++) weights[i] = weightBelow(row[top] - row[tokens[i]], temperature);
  return distribution(Int32Array.from(tokens), weights);
}

/** Wraps tokens (ascending, of positive weight) and their weights. */
export function distribution(tokens: Int32Array, weights: Float64Array): Distribution {
  let total = 0;
  let best = 0;
  for (let i = 0; i < weights.length; i++) {
    total += weights[i];
    if (weights[i] > weights[best]) best = i;
  }
  return { tokens, weights, total, best };
}

/** All mass on one token. */
export function certain(token: Token): Distribution {
  return { tokens: Int32Array.of(token), weights: Float64Array.of(1), total: 1, best: 0 };
}

/**
 * From dense weights, one a token, not normalised; zeros are left out.
 *
 * @throws a failure that names the first token whose weight is not a finite number of at least 0
 */
export function fromWeights(dense: ArrayLike<number>): Distribution {
  const tokens: number[] = [];
  for (let token = 0; token < dense.length; token++) {
    const weight = dense[token];
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY))
      throw failure(`token ${token} has the weight ${weight}: weights are finite numbers of at least 0`);
    if (weight > 0) tokens.push(token);
  }
  return distribution(
    Int32Array.from(tokens),
    Float64Array.from(tokens, (token) => dense[token]),
  );
}

function indexOf(tokens: Int32Array, token: Token): number {
  let low = 0;
  let high = tokens.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (tokens[middle] === token) return middle;
    if (tokens[middle] < token) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** P(token). */
export function probability(of: Distribution, token: Token): number {
  const index = indexOf(of.tokens, token);
  return index < 0 ? 0 : of.weights[index] / of.total;
}

/** The likeliest token. */
export const likeliest = (of: Distribution): Token => of.logits?.top ?? of.tokens[of.best];

/**
 * norm(max(0, scale * p - q)): what is left to draw from after a rejection (Leviathan et al. 2023, equation 1). Undefined
 * when nothing is left, which happens only where rounding rejected a certain acceptance: draw from p then.
 */
export function residual(p: Distribution, q: Distribution, scale = 1): Distribution | undefined {
  return keepPositive(p, (token) => (scale * weightOf(p, token)) / p.total - probability(q, token));
}

/** The distribution without one token: the residual behind a guess that was not drawn (its q is certain). */
export function without(p: Distribution, token: Token): Distribution | undefined {
  return keepPositive(p, (other) => (other === token ? 0 : weightOf(p, other)));
}

const weightOf = (p: Distribution, token: Token) => p.weights[indexOf(p.tokens, token)];

function keepPositive(p: Distribution, weight: (token: Token) => number): Distribution | undefined {
  const tokens: number[] = [];
  const weights: number[] = [];
  for (const token of p.tokens) {
    const left = weight(token);
    if (left > 0) {
      tokens.push(token);
      weights.push(left);
    }
  }
  return tokens.length ? distribution(Int32Array.from(tokens), Float64Array.from(weights)) : undefined;
}
