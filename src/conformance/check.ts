import { type Distribution, probability } from "../core/distribution.js";
import { createNoise, pick } from "../core/noise.js";
import { createSampler, type Sampling } from "../core/sampling.js";
import type { Rules, Token } from "../core/types.js";
import type { Toy } from "./toy.js";

/** One property of a part. `run` throws, with the figures, where it does not hold. Runs under any test runner. */
export interface Check {
  readonly name: string;
  run(): Promise<void>;
}

export function assert(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

/** Exact probabilities of all outputs of `length` tokens, by enumeration. Keys are tokens joined by commas. */
export function enumerate(
  toy: Toy,
  prompt: readonly Token[],
  length: number,
  sampling: Sampling,
  rules?: Rules,
): Map<string, number> {
  const sampler = createSampler(sampling);
  const exact = new Map<string, number>();
  const visit = (output: readonly Token[], mass: number, state: unknown) => {
    if (output.length === length || rules?.ended(state)) {
      exact.set(output.join(), mass);
      return;
    }
    const next: Distribution = sampler(
      toy.logits([...prompt, ...output]),
      { prompt, output, path: [] },
      rules?.mask(state),
    );
    for (const token of next.tokens)
      visit([...output, token], mass * probability(next, token), rules?.advance(state, token));
  };
  visit([], 1, rules?.start);
  return exact;
}

export interface PlainRun {
  readonly target: Toy;
  readonly prompt: readonly Token[];
  readonly length: number;
  readonly seed: number;
  readonly sampling?: Sampling;
  readonly rules?: Rules;
}

/** What plain decoding gives, one position after the other, without the loop and without a verifier. */
export function plainTokens({ target, prompt, length, seed, sampling, rules }: PlainRun): Token[] {
  const sampler = createSampler(sampling);
  const noise = createNoise(seed);
  const output: Token[] = [];
  for (let state = rules?.start; output.length < length && !rules?.ended(state); ) {
    const row = target.logits([...prompt, ...output]);
    const next = sampler(row, { prompt, output, path: [] }, rules?.mask(state));
    const token = pick(next, noise, output.length);
    output.push(token);
    state = rules?.advance(state, token);
  }
  return output;
}

/** Half the summed difference between observed shares and exact probabilities: 0 equal, 1 disjoint. */
export function totalVariation(
  counts: ReadonlyMap<string, number>,
  exact: ReadonlyMap<string, number>,
): number {
  const runs = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let difference = 0;
  for (const key of new Set([...counts.keys(), ...exact.keys()])) {
    difference += Math.abs((counts.get(key) ?? 0) / runs - (exact.get(key) ?? 0));
  }
  return difference / 2;
}

/**
 * What the total variation of `runs` samples from `exact` itself stays below but once in a million: its mean, at most
 * 1/2 sum sqrt(2 p (1 - p) / (pi n)) up to a vanishing term, plus McDiarmid's deviation sqrt(log(1 / 1e-6) / 2n).
 */
export function samplingFloor(exact: ReadonlyMap<string, number>, runs: number): number {
  let mean = 0;
  for (const p of exact.values()) mean += Math.sqrt((2 * p * (1 - p)) / (Math.PI * runs)) / 2;
  return mean + Math.sqrt(Math.log(1e6) / (2 * runs));
}
