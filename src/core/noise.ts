import { allowed, type Distribution, type Logits, NEGLIGIBLE, weightBelow } from "./distribution.js";
import { failure, usage } from "./errors.js";
import type { Token } from "./types.js";

/** Mixes 32 bits (the "lowbias32" finaliser found by C. Wellons' search for low-bias integer hashes). */
function mix(bits: number): number {
  let h = bits;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0xd35a2d97);
  return (h ^ (h >>> 15)) >>> 0;
}

/** (bits + 1/2) / 2^32. Products and sums of powers of two are exact, and faster than a division. */
const unit = (bits: number) => bits * 2 ** -32 + 2 ** -33;

const GOLDEN = 0x9e3779b9;
/** One key a round; any four different numbers do. */
const KEYS = [0x632be5ab, 0x85157af5, 0x1b873593, 0xe6546b64];

/** 64 bits, as two words of 32. */
type State = readonly [number, number];

const words = (whole: number): State => [whole | 0, Math.floor(whole / 4294967296) | 0];

/** Changes a state by another one, then scrambles it: a Feistel network, so that different states stay different. */
function absorb([a, b]: State, [c, d]: State): State {
  let [left, right] = [a ^ c, b ^ d];
  for (const key of KEYS) [left, right] = [right, left ^ mix(right + key)];
  return [left, right];
}

/** Uniform in (0, 1), for a position and a token: `mix`, with the position's second word let in half-way. */
function uniformOf(left: number, right: number, token: Token): number {
  let h = left ^ Math.imul(token + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad) ^ right;
  h = Math.imul(h ^ (h >>> 15), 0xd35a2d97);
  return unit((h ^ (h >>> 15)) >>> 0);
}

export interface Noise {
  /** Uniform in (0, 1), in steps of 2^-32: a pure function of seed, stream, position and token. */
  uniform(position: number, token: Token): number;
  /** What a position is mixed into, for `uniformOf`: closures in its place would make a race over a vocabulary twice as long. */
  at(position: number): readonly [number, number];
  /** The next of an endless row of uniform numbers in (0, 1), independent of `uniform`. */
  chance(): number;
}

/**
 * Noise for one sequence. A batch gives each of its items a stream of its own.
 *
 * The state is 64 bits, and all of them count in every number. Seeds of one stream always have different states, and so have
 * streams of one seed; other pairs share theirs with a chance of 2^-64.
 *
 * @param seed a safe integer, negative ones included
 * @param stream a safe integer, 0 or above
 * @throws usage errors that name a seed or a stream which is none
 */
export function createNoise(seed: number, stream = 0): Noise {
  if (!Number.isSafeInteger(seed)) throw usage(`seed is ${seed}: give a whole number`);
  if (!(Number.isSafeInteger(stream) && stream >= 0))
    throw usage(`stream is ${stream}: give a whole number, 0 or above`);
  const [a, b] = absorb(absorb([0, 0], words(seed)), words(stream));
  // Another constant: `chance` has a state of its own.
  const [c, d] = absorb([a, b], [0x5bf03635, 0x27d4eb2f]);
  let turn = 0;
  const at = (position: number) => {
    // Two rounds of the network: positions of one sequence differ in all 64 bits, too.
    const right = b ^ mix(a + Math.imul(position, GOLDEN));
    const left = a ^ mix(right + GOLDEN);
    return [left, right] as const;
  };
  return {
    at,
    uniform: (position, token) => uniformOf(...at(position), token),
    chance: () => unit(mix(d ^ mix(c + Math.imul(++turn, GOLDEN)))),
  };
}

/**
 * Draws a token with its position's noise: the one with the least -log(u) / p, an exponential race, which is the Gumbel-max
 * trick (Gumbel 1954; Maddison et al. 2014) without its two logarithms. Since -log(u) >= 1 - u, most tokens are out
 * after one multiplication. A token of weight 0 never wins.
 *
 * @throws a failure when no token has a weight above 0
 */
export function pick(distribution: Distribution, noise: Noise, position: number): Token {
  if (distribution.logits) return race(distribution.logits, noise.at(position));
  const { tokens, weights, best } = distribution;
  const [left, right] = noise.at(position);
  let winner = best;
  let least = tokens.length === 1 ? 0 : -Math.log(uniformOf(left, right, tokens[best])) / weights[best];
  for (let i = 0; i < tokens.length; i++) {
    if (i === best) continue;
    const u = uniformOf(left, right, tokens[i]);
    if (1 - u >= least * weights[i]) continue;
    const time = -Math.log(u) / weights[i];
    if (time < least) {
      least = time;
      winner = i;
    }
  }
  if (!(weights[winner] > 0)) throw failure(IMPOSSIBLE);
  return tokens[winner];
}

const IMPOSSIBLE = "a distribution has no token of a weight above 0: nothing can be drawn from it";

const STEPS = 8;
/** exp(-k / STEPS): no weight of a token k / STEPS below the top, or lower, is larger. */
const AT_MOST = Float64Array.from({ length: NEGLIGIBLE * STEPS + 2 }, (_, k) => Math.exp(-k / STEPS));

/**
 * The same race straight from logits: where even the bound of a weight loses, its exponential is never taken. Where there is
 * no bound (0 * Infinity at a tiny temperature, a reach beyond the table), it is undefined, which no number is at least.
 */
function race({ row, temperature, top, mask, reach = NEGLIGIBLE }: Logits, [left, right]: State): Token {
  const most = row[top];
  const steps = STEPS / temperature;
  const floor = most - reach * temperature;
  let winner = top;
  let least = -Math.log(uniformOf(left, right, top));
  for (let token = 0; token < row.length; token++) {
    const logit = row[token];
    if (logit < floor || token === top || !allowed(mask, token)) continue;
    const u = uniformOf(left, right, token);
    if (1 - u >= least * AT_MOST[Math.floor((most - logit) * steps)]) continue;
    const time = -Math.log(u) / weightBelow(most - logit, temperature);
    if (time < least) {
      least = time;
      winner = token;
    }
  }
  return winner;
}

/**
 * Draws a token with one uniform number in [0, 1), by the inverse of the cumulative distribution. A token of weight 0 never
 * comes.
 *
 * @throws a failure when the weights have no finite sum above 0
 */
export function sample(distribution: Distribution, chance: number): Token {
  const { tokens, weights, total } = distribution;
  if (!(total > 0 && total < Number.POSITIVE_INFINITY)) throw failure(IMPOSSIBLE);
  let rest = chance * total;
  for (let i = 0; i < tokens.length; i++) {
    rest -= weights[i];
    if (rest < 0) return tokens[i];
  }
  // Rounding only: the weights, one by one, add up to a little less than their sum.
  return tokens[distribution.best];
}
