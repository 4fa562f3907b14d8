import { createNoise } from "../core/noise.js";
import { chain, EMPTY } from "../core/tree.js";
import type { Plan, Round } from "../core/types.js";
import { fixedLength, plain } from "../plans/fixed.js";

/** A sequence whose passes and guesses follow simple laws, on a clock of its own: what a plan does with it can be added up. */
export interface Simulation {
  /** Chance that a guess for this place of the output is right, once it has settled. */
  readonly acceptance: (place: number) => number;
  /** Rounds that a place must have been guessed in before a guess can be right; 1: at once. */
  readonly settling?: number;
  /** Milliseconds of a pass by rows and place. */
  readonly cost: (rows: number, place: number) => number;
  /** Milliseconds of drafting a guess. */
  readonly drafting?: number;
  /** How far single passes are off (the standard deviation of the logarithm). */
  readonly jitter?: number;
}

/** Rounds of a simulated run, added up: `tokens[i]` and `ms[i]` behind round i. */
export interface SimulatedRun {
  readonly tokens: readonly number[];
  readonly ms: readonly number[];
  readonly drafted: readonly number[];
}

const NO_DISTRIBUTION = () => {
  throw new Error("a simulated round has no distributions");
};

/** Runs a plan on a simulated sequence until `length` tokens are there. The same seed brings the same luck to every plan. */
export function simulate(plan: Plan, simulation: Simulation, length: number, seed = 1): SimulatedRun {
  const { acceptance, settling = 1, cost, drafting = 0, jitter = 0.05 } = simulation;
  const luck = createNoise(seed);
  const disturbance = createNoise(seed, 1);
  const planning = plan.start({ prompt: 1 });
  const run = { tokens: [] as number[], ms: [] as number[], drafted: [] as number[] };
  /** Rounds in which a place was guessed, one after the other. */
  let ages = new Map<number, number>();
  let now = 0;
  for (let start = 0; start < length; ) {
    const { nodes, depth } = planning.budget();
    const asked = Math.max(0, Math.min(nodes, depth, length - start - 1));
    const draft = asked > 0 ? planning.trim(chain(new Array<number>(asked).fill(0))) : EMPTY;
    const drafted = draft.tokens.length;
    ages = new Map(Array.from({ length: drafted }, (_, i) => [start + i, (ages.get(start + i) ?? 0) + 1]));
    let stood = 0;
    const stands = (place: number) =>
      (ages.get(place) ?? 0) >= settling && luck.uniform(place, 0) < acceptance(place);
    while (stood < drafted && stands(start + stood)) stood++;
    const spent = drafting * asked;
    const pass = cost(drafted + 1, start) * Math.exp(jitter * normal(disturbance.uniform(run.ms.length, 0)));
    now += spent + pass;
    const round: Round = {
      start,
      draft,
      proposed: asked,
      verdict: { path: Array.from({ length: stood }, (_, i) => i), next: 0 },
      tokens: new Array<number>(stood + 1).fill(0),
      target: NO_DISTRIBUTION,
      logits: NO_DISTRIBUTION,
      hidden: () => undefined,
      draw: NO_DISTRIBUTION,
      timing: { draft: spent, target: pass, verify: 0, total: spent + pass },
    };
    planning.observe(round);
    start += stood + 1;
    run.tokens.push(start);
    run.ms.push(now);
    run.drafted.push(drafted);
  }
  return run;
}

/** A rough normal number out of a uniform one. */
const normal = (u: number) => Math.log(u / (1 - u)) / 1.7;

/** Milliseconds a token from round `from` on. */
export function pace({ tokens, ms }: SimulatedRun, from = 0): number {
  const last = tokens.length - 1;
  const [t0, m0] = from > 0 ? [tokens[from - 1], ms[from - 1]] : [0, 0];
  return (ms[last] - m0) / (tokens[last] - t0);
}

/** Milliseconds a token of plain decoding by seed, and of the fixed length that is fastest over all seeds. */
export function fixedPaces(simulation: Simulation, length: number, most: number, seeds: readonly number[]) {
  const paces = (plan: () => Plan) =>
    seeds.map((seed) => pace(simulate(plan(), simulation, length, seed), 10));
  const without = paces(plain);
  const means = [without, ...Array.from({ length: most }, (_, i) => paces(() => fixedLength(i + 1)))].map(
    (values) => values.reduce((sum, value) => sum + value, 0) / seeds.length,
  );
  const best = Math.min(...means);
  return { plain: without, best, length: means.indexOf(best) };
}
