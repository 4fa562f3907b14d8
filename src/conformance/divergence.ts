import { decode } from "../core/decode.js";
import type { Distribution } from "../core/distribution.js";
import { createSampler, type Sampling } from "../core/sampling.js";
import type { Drafter, Encoded, Plan, Rules, Token, Verifier } from "../core/types.js";
import { fixedLength } from "../plans/fixed.js";
import { assert, enumerate, samplingFloor, totalVariation } from "./check.js";
import type { Propose } from "./draft-kinds.js";
import { judged } from "./judged.js";
import { type Toy, toyModel } from "./toy.js";

export interface Divergence {
  readonly distance: number;
  /** What sampling alone explains. */
  readonly floor: number;
  readonly tokensPerPass: number;
}

export interface DivergenceOptions<E extends Encoded = Encoded> {
  readonly target?: Toy;
  readonly sampling?: Sampling;
  readonly rules?: Rules<unknown>;
  readonly plan?: () => Plan;
  readonly runs?: number;
  readonly encoded?: E;
  /** Tokens of a run, and how many of them, the first ones, are compared. */
  readonly length?: number;
  readonly compared?: number;
}

/** What the checks' own drafters need. */
const ENCODED: Encoded = { tokens: [0, 1], reference: [2, 3, 0] };
const LENGTH = 3;

/** How far a verifier's output is from the target's exact distribution, over many short runs. */
export const divergence = (verifier: Verifier, drafter: Drafter, options: DivergenceOptions = {}) =>
  divergenceOf(verifier, drafter, { ...options, encoded: options.encoded ?? ENCODED });

/** `divergence`, for drafters that need one medium's encoding. */
export async function divergenceOf<E extends Encoded>(
  verifier: Verifier,
  drafter: Drafter<E>,
  {
    target = toyModel(),
    sampling = {},
    rules,
    plan = () => fixedLength(2, 2),
    runs = 20_000,
    encoded,
    length = LENGTH,
    compared = length,
  }: DivergenceOptions<E> & { readonly encoded: E },
): Promise<Divergence> {
  const tally = createTally(enumerate(target, encoded.tokens, compared, sampling, rules), compared);
  const shared = plan();
  const options = { target, encoded, verifier, drafter, plan: shared, sampling, rules };
  for (let seed = 0; seed < runs; seed++) {
    const output: Token[] = [];
    let passes = 0;
    for await (const round of decode({ ...options, seed, maxTokens: length, clock: () => 0 })) {
      output.push(...round.tokens);
      passes++;
    }
    tally.add(output, passes);
  }
  return tally.divergence();
}

/** The same of a verifier by itself, without the loop, a tenth of the time a run: drafts of three guesses at most. */
export function verdictDivergence(
  verifier: Verifier,
  propose: Propose,
  { sampling = {}, runs }: { readonly sampling?: Sampling; readonly runs: number },
): Divergence {
  const target = toyModel();
  const { tokens: prompt } = ENCODED;
  const sampler = createSampler(sampling);
  /** Few tokens make few prefixes: what a row becomes behind each is worked out once. */
  const known = new Map<Float32Array, Map<string, Distribution>>();
  const distribution = (row: Float32Array, output: readonly Token[]) => {
    const behind = known.get(row) ?? new Map<string, Distribution>();
    known.set(row, behind);
    const key = output.join();
    const found = behind.get(key) ?? sampler(row, { prompt, output, path: [] });
    behind.set(key, found);
    return found;
  };
  const row = (output: readonly Token[]) => target.logits([...prompt, ...output]);
  const sequence = {
    draft: (output: readonly Token[], draw: (from: Distribution, depth: number) => Token) =>
      // Chains end with the outputs that are compared, as in the loop: what follows a chain that stood as a whole counts, too.
      propose([...prompt, ...output], LENGTH - 1 - output.length, {
        draw,
        distribution: (logits, path = []) => distribution(logits, [...output, ...path]),
      }),
    target: (output: readonly Token[]) => distribution(row(output), output),
    logits: (output: readonly Token[]) => sampler.logits(row(output), { prompt, output, path: [] }),
  };
  const tally = createTally(enumerate(target, prompt, LENGTH, sampling), LENGTH);
  for (let seed = 0; seed < runs; seed++) {
    const emitted = judged(verifier, sequence, seed, LENGTH);
    tally.add(
      emitted.map(({ token }) => token),
      emitted.filter(({ guessed }) => !guessed).length,
    );
  }
  return tally.divergence();
}

/** Counts outputs by their first `compared` tokens. */
function createTally(exact: ReadonlyMap<string, number>, compared: number) {
  const counts = new Map<string, number>();
  let [runs, tokens, passes] = [0, 0, 0];
  return {
    add(output: readonly Token[], rounds: number) {
      const key = output.slice(0, compared).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
      runs++;
      tokens += output.length;
      passes += rounds;
    },
    divergence: (): Divergence => ({
      distance: totalVariation(counts, exact),
      floor: samplingFloor(exact, runs),
      tokensPerPass: tokens / passes,
    }),
  };
}

/** Throws, with the figures, when sampling alone does not explain a divergence. */
export function assertExact({ distance, floor }: Divergence, who: string): void {
  const figures = `total variation ${distance.toFixed(4)}, sampling explains ${floor.toFixed(4)}`;
  assert(distance <= floor, `${who} is not lossless: ${figures}`);
}
