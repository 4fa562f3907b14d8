import type { PassCost } from "../core/pass-times.js";
import type { Plan } from "../core/types.js";
import { fixedPaces, pace, type SimulatedRun, type Simulation, simulate } from "./simulate.js";

/** Makes a plan that believes passes to cost this much, and drafts up to so many guesses in a row. */
export type MakePlan = (options: { readonly cost: PassCost; readonly maxDepth: number }) => Plan;

/** Longest draft of the simulated plans. */
export const LONGEST = 24;
/** Tokens of a simulated run, and rounds a plan has to find its feet. */
const LENGTH = 2000;
const LEARNING = 40;

/** Milliseconds of a pass by rows: like memory-bound, compute-bound and blockwise kernels, and as measured for a small speech model. */
export const COSTS: Readonly<Record<string, PassCost>> = {
  flat: (rows) => 3 + 0.02 * (rows - 1),
  stepped: (rows) => 2 + Math.ceil(rows / 8),
  measured: (rows) => 3.3 + 0.16 * (rows - 1) + 0.2 * Math.min(1, rows - 1),
  steep: (rows) => 1 + 0.35 * (rows - 1),
};

/** How wrong the curve is that a plan is given. */
export const CURVES: Readonly<Record<string, (cost: PassCost) => PassCost>> = {
  right: (cost) => cost,
  "twice the level": (cost) => (rows) => 2 * cost(rows),
  "half the level": (cost) => (rows) => cost(rows) / 2,
  "twice the slope": (cost) => (rows) => cost(1) + 2 * (cost(rows) - cost(1)),
  "half the slope": (cost) => (rows) => cost(1) + (cost(rows) - cost(1)) / 2,
};

export interface PlanCase {
  readonly cost: string;
  readonly curve: string;
  readonly acceptance: number;
  readonly settling: number;
}

export interface PlanFigures {
  /** Fixed length that is fastest, 0 if none is faster than plain decoding. */
  readonly length: number;
  /** Time of the plan over that of the best fixed length, behind the first 40 rounds. */
  readonly overBest: number;
  /** Time of the plan over that of plain decoding, over the first 1,000 tokens. */
  readonly overPlain: number;
}

/** A plan's time over that of the fixed length that is fastest over all seeds; the worst seed for what it takes over plain decoding. */
export function planFigures(
  make: MakePlan,
  chosen: PlanCase,
  seeds: readonly number[] = [1, 2, 3],
): PlanFigures {
  const cost = COSTS[chosen.cost];
  const { acceptance, settling } = chosen;
  const simulation: Simulation = { acceptance: () => acceptance, settling, cost };
  const fixed = fixedOnce(chosen, simulation, seeds);
  let [took, overPlain] = [0, 0];
  for (const [i, seed] of seeds.entries()) {
    const plan = make({ cost: CURVES[chosen.curve](cost), maxDepth: LONGEST });
    const run = simulate(plan, simulation, LENGTH, seed);
    took += pace(run, LEARNING);
    overPlain = Math.max(overPlain, paceTo(run, 1000) / fixed.plain[i]);
  }
  return { length: fixed.length, overBest: took / seeds.length / fixed.best, overPlain };
}

/** Fixed lengths do not depend on what is believed: each is run once. */
const known = new Map<string, ReturnType<typeof fixedPaces>>();
function fixedOnce(
  { cost, acceptance, settling }: Omit<PlanCase, "curve">,
  simulation: Simulation,
  seeds: readonly number[],
) {
  const key = [cost, acceptance, settling, seeds].join();
  const found = known.get(key) ?? fixedPaces(simulation, LENGTH, LONGEST, seeds);
  known.set(key, found);
  return found;
}

/** Milliseconds a token, up to a token. */
function paceTo({ tokens, ms }: SimulatedRun, token: number): number {
  const round = tokens.findIndex((count) => count >= token);
  return ms[round] / tokens[round];
}

export interface Jump {
  readonly cost: string;
  readonly settling: number;
  readonly from: number;
  readonly to: number;
}

/** Time over the best fixed length from 40 rounds after a jump of the acceptance on, and rounds until it is within 15 % of it. */
export function jumpFigures(
  make: MakePlan,
  { cost: name, settling, from, to }: Jump,
  seeds: readonly number[] = [1, 2, 3],
) {
  const cost = COSTS[name];
  const after = { acceptance: () => to, settling, cost };
  const { best } = fixedOnce({ cost: name, acceptance: to, settling }, after, seeds);
  let [took, back] = [0, 0];
  for (const seed of seeds) {
    const jumping = { ...after, acceptance: (place: number) => (place < 1000 ? from : to) };
    const run = simulate(make({ cost, maxDepth: LONGEST }), jumping, 1000 + LENGTH, seed);
    const jump = run.tokens.findIndex((count) => count >= 1000);
    took += pace(run, jump + LEARNING);
    const near = run.ms.findIndex(
      (_, i) => i >= jump && i + 20 < run.ms.length && within(run, i, i + 20) < 1.15 * best,
    );
    back = Math.max(back, near < 0 ? Number.POSITIVE_INFINITY : near - jump);
  }
  return { overBest: took / seeds.length / best, back };
}

const within = ({ tokens, ms }: SimulatedRun, from: number, to: number) =>
  (ms[to] - ms[from]) / (tokens[to] - tokens[from]);
