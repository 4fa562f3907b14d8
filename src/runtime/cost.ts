import { createHash } from "node:crypto";
import { availableParallelism, cpus } from "node:os";
import type { PassCost } from "../core/plan.js";
import { chain } from "../core/tree.js";
import type { Model } from "../core/types.js";
import { readCache, writeCache } from "./files.js";

/** Milliseconds of a pass by number of new tokens, at the measured sizes. */
export type CostCurve = readonly (readonly [rows: number, ms: number])[];

/** How far the past is from its middle at most. */
const VARIETY = 48;
const SIZES = [1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32];

export interface MeasureOptions {
  /** Tokens in the cache while measuring, on average. */
  readonly past?: number;
  readonly repeats?: number;
  readonly sizes?: readonly number[];
}

/**
 * Times passes of this model on this machine, sizes alternating, the lower quartile of each: what disturbs a pass only ever
 * makes it longer. Takes a second or so.
 */
export async function measureCost(
  model: Model,
  { past = 160, repeats = 7, sizes = SIZES }: MeasureOptions = {},
): Promise<CostCurve> {
  const filler = (count: number) =>
    Array.from({ length: count }, (_, i) => (i * 37 + 11) % model.vocabularySize);
  await using session = await model.open();
  await model.pass([{ session, tokens: filler(past - VARIETY) }]);
  const times = new Map<number, number[]>(sizes.map((size) => [size, []]));
  for (let repeat = -1; repeat < repeats; repeat++) {
    for (const size of sizes) {
      const began = performance.now();
      await model.pass([{ session, tokens: [1], draft: chain(filler(size - 1)) }]);
      const took = performance.now() - began;
      // As in use, hardly two passes have the same shapes: the past grows, and starts anew.
      if (session.length > past + VARIETY) session.rewind(past - VARIETY);
      // The first round warms up.
      if (repeat >= 0) times.get(size)?.push(took);
    }
  }
  return sizes.map((size) => [size, quantile(times.get(size) ?? [], 0.25)] as const);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))];
}

/** A curve as a function: never falling (neighbours that fall share their mean), straight between its points and beyond. */
export function passCost(curve: CostCurve): PassCost {
  const points = isotonic(curve);
  return (rows) => {
    let i = 1;
    while (i < points.length - 1 && points[i][0] < rows) i++;
    const [[r0, t0], [r1, t1]] = [points[i - 1], points[i]];
    return t0 + ((t1 - t0) * Math.max(rows - r0, 0)) / (r1 - r0);
  };
}

/** Isotonic regression by pooling adjacent violators: the nearest curve, in squares, that never falls. */
function isotonic(curve: CostCurve): [rows: number, ms: number][] {
  const pools: { rows: number[]; ms: number }[] = [];
  for (const [rows, ms] of curve) {
    let pool = { rows: [rows], ms };
    for (let last = pools.at(-1); last && last.ms > pool.ms; last = pools.at(-1)) {
      pools.pop();
      const [a, b] = [last.rows.length, pool.rows.length];
      pool = { rows: [...last.rows, ...pool.rows], ms: (last.ms * a + pool.ms * b) / (a + b) };
    }
    pools.push(pool);
  }
  return pools.flatMap(({ rows, ms }) => rows.map((size) => [size, ms] as [number, number]));
}

/** The measured curve of a model, from the user's cache where it was measured before on this machine with these settings. */
export async function cachedCost(model: Model, key: string, options?: MeasureOptions): Promise<CostCurve> {
  const machine = `${cpus()[0]?.model ?? "unknown"} x${availableParallelism()}`;
  const name = `cost-${createHash("sha256").update(`${key} ${machine} ${process.version}`).digest("hex").slice(0, 16)}.json`;
  const known = readCache<CostCurve>(name);
  if (known?.length) return known;
  const curve = await measureCost(model, options);
  writeCache(name, curve);
  return curve;
}

/** The cost of a model's passes, found out when it is first asked for (see `cachedCost`). */
export function lazyCost(model: Model, key: string, options?: MeasureOptions): () => Promise<PassCost> {
  let curve: Promise<CostCurve> | undefined;
  return async () => {
    curve ??= cachedCost(model, key, options);
    return passCost(await curve);
  };
}
