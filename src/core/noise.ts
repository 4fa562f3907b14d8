import { allowed, type Distribution, type Logits, NEGLIGIBLE } from "./distribution.js";
import type { Token } from "./types.js";

/** Mixes 32 bits (the "lowbias32" finaliser found by C. Wellons' search for low-bias integer hashes). */
function mix(bits: number): number {
  let h = bits;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0xd35a2d97);
  return (h ^ (h >>> 15)) >>> 0;
}

const unit = (bits: number) => (bits + 0.5) / 4294967296;

export interface Noise {
  /** Uniform in (0, 1): a pure function of seed, stream, position and token. */
  uniform(position: number, token: Token): number;
  /** `uniform` at one position. */
  at(position: number): (token: Token) => number;
  /** The next of an endless row of uniform numbers in (0, 1), independent of `uniform`. */
  chance(): number;
}

/** Noise for one sequence. A batch gives each of its items a stream of its own. */
export function createNoise(seed: number, stream = 0): Noise {
  const base =
    mix(mix(seed | 0) ^ Math.imul(Math.floor(seed / 4294967296) + 1, 0x9e3779b9)) ^ mix(stream + 0x632be5ab);
  const fresh = mix(base ^ 0x5bf03635);
  let turn = 0;
  const at = (position: number) => {
    const here = mix(base + Math.imul(position, 0x9e3779b9));
    return (token: Token) => unit(mix(here ^ Math.imul(token + 1, 0x85ebca6b)));
  };
  return {
    at,
    uniform: (position, token) => at(position)(token),
    chance: () => unit(mix(mix(fresh + Math.imul(++turn, 0x9e3779b9)) ^ 0x27d4eb2f)),
  };
}

/**
 * Draws a token with its position's noise: the one with the least -log(u) / p, an exponential race, which is the Gumbel-max
 * trick (Gumbel 1954; Maddison et al. 2014) without its two logarithms. Since -log(u) >= 1 - u, most tokens are out
 * after one multiplication.
 */
export function pick(distribution: Distribution, noise: Noise, position: number): Token {
  if (distribution.logits) return race(distribution.logits, noise.at(position));
  const { tokens, weights, best } = distribution;
  if (tokens.length === 1) return tokens[0];
  const uniform = noise.at(position);
  let winner = best;
  let least = -Math.log(uniform(tokens[best])) / weights[best];
  for (let i = 0; i < tokens.length; i++) {
    if (i === best) continue;
    const u = uniform(tokens[i]);
    if (1 - u >= least * weights[i]) continue;
    const time = -Math.log(u) / weights[i];
    if (time < least) {
      least = time;
      winner = i;
    }
  }
  return tokens[winner];
}

const STEPS = 8;
/** exp(-k / STEPS): no weight of a token k / STEPS below the top, or lower, is larger. */
const AT_MOST = Float64Array.from({ length: NEGLIGIBLE * STEPS + 2 }, (_, k) => Math.exp(-k / STEPS));

/** The same race straight from logits: where even the bound of a weight loses, its exponential is never taken. */
function race(
  { row, temperature, top, mask, reach = NEGLIGIBLE }: Logits,
  uniform: (token: Token) => number,
): Token {
  const most = row[top];
  const steps = STEPS / temperature;
  const floor = most - reach * temperature;
  let winner = top;
  let least = -Math.log(uniform(top));
  for (let token = 0; token < row.length; token++) {
    const logit = row[token];
    if (logit < floor || token === top || !allowed(mask, token)) continue;
    const u = uniform(token);
    if (1 - u >= least * AT_MOST[Math.floor((most - logit) * steps)]) continue;
    const time = -Math.log(u) / Math.exp((logit - most) / temperature);
    if (time < least) {
      least = time;
      winner = token;
    }
  }
  return winner;
}

/** Draws a token with one uniform number, by the inverse of the cumulative distribution. */
export function sample(distribution: Distribution, chance: number): Token {
  const { tokens, weights, total } = distribution;
  let rest = chance * total;
  for (let i = 0; i < tokens.length; i++) {
    rest -= weights[i];
    if (rest < 0) return tokens[i];
  }
  return tokens[distribution.best];
}
