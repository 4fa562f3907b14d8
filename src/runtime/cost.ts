import { closeAll, openAll } from "../core/close.js";
import { usage } from "../core/errors.js";
import { LIKELY_COST, type PassCost } from "../core/pass-times.js";
import { chain } from "../core/tree.js";
import type { Model, Session, Token } from "../core/types.js";

/** Milliseconds of a pass by number of new tokens, at the measured sizes. */
export type CostCurve = readonly (readonly [rows: number, ms: number])[];

/** Tokens in the cache while measuring. */
export const PAST = 160;
/** How far the past is from its middle at most. */
const VARIETY = 48;
/** Milliseconds. */
const SHORTEST = 1e-6;
/** Logarithm of the middle time of a size over the least: some 0.07 on an idle machine, 0.5 and more on a busy one. */
const DISTURBED = 0.25;
const SIZES = [1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32];

export interface MeasureOptions {
  /** Tokens in the cache while measuring, on average. */
  readonly past?: number;
  readonly repeats?: number;
  readonly sizes?: readonly number[];
  /** Sequences that each pass serves; rows are those of one of them. */
  readonly sequences?: number;
  /** Called when the machine is too busy to tell: all sizes but the first then have the times they are likely to take. */
  readonly onBusy?: () => void;
}

/**
 * Times passes of this model on this machine, sizes alternating, the lower quartile of each: what disturbs a pass only ever
 * makes it longer. Takes a second or so. Where the context has no room for a size it is left out; where the machine is too busy
 * to tell, sizes after the first get the times they are likely to take.
 */
export async function measureCost(
  model: Model,
  { past = PAST, repeats = 7, sizes = SIZES, sequences = 1, onBusy }: MeasureOptions = {},
): Promise<CostCurve> {
  const { contextLength, vocabularySize } = model;
  const filler = (count: number) => Array.from({ length: count }, (_, i) => (i * 37 + 11) % vocabularySize);
  // A short context has room for short passes only, and for little past.
  const fitting = sizes.filter((size) => size === 1 || 3 * size <= contextLength);
  const measured = fitting.length > 0 ? fitting : [1];
  const room = contextLength - Math.max(...measured) - 1;
  const variety = Math.max(0, Math.min(VARIETY, Math.floor(room / 3)));
  const middle = Math.max(variety + 1, Math.min(past, room - variety));
  const times = new Map<number, number[]>(measured.map((size) => [size, []]));
  const sessions = await openSessions(model, sequences);
  let failed = true;
  try {
    const pass = (tokens: readonly Token[], drafted: number) =>
      model.pass(sessions.map((session) => ({ session, tokens, draft: chain(filler(drafted)) })));
    await pass(filler(middle - variety), 0);
    for (let repeat = -1; repeat < repeats; repeat++) {
      for (const [size, took] of times) {
        const began = performance.now();
        await pass([1 % vocabularySize], size - 1);
        // The first round warms up.
        if (repeat >= 0) took.push(performance.now() - began);
        // As in use, hardly two passes have the same shapes: the past grows, and starts anew.
        for (const session of sessions)
          if (session.length >= middle + variety) session.rewind(middle - variety);
      }
    }
    failed = false;
  } finally {
    await closeAll(
      sessions.map((session) => () => session[Symbol.asyncDispose]()),
      failed,
    );
  }
  // A clock may be too coarse for a model of a few operations.
  const curve = [...times].map(([size, took]) => [size, Math.max(SHORTEST, quantile(took, 0.25))] as const);
  if (!isDisturbed([...times.values()])) return curve;
  onBusy?.();
  const [[first, ms]] = curve;
  return curve.map(([size]) => [size, (ms * LIKELY_COST(size)) / LIKELY_COST(first)] as const);
}

/** Other programs keep the processor busy: passes of one size take very different times, and the curve is not to be believed. */
function isDisturbed(times: readonly (readonly number[])[]): boolean {
  const spread = times.map((took) => Math.log(quantile(took, 0.5) / Math.max(SHORTEST, quantile(took, 0))));
  return spread.reduce((sum, value) => sum + value, 0) / spread.length > DISTURBED;
}

async function openSessions(model: Model, count: number): Promise<Session[]> {
  const together = count > 1 ? await model.openTogether?.(count) : undefined;
  if (together) return together;
  return openAll(
    Array.from({ length: count }, () => () => model.open()),
    (session) => session[Symbol.asyncDispose](),
  );
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))];
}

/**
 * A curve as a function: never falling (neighbours that fall share their mean), straight between its points; beyond them it
 * rises as from the last point that is half as far, or nearer, and lies lower: the last ones may share their mean. A curve of
 * one point is level.
 *
 * @throws a usage error for a curve without points, with one that is no number, or with two for the same number of rows
 */
export function passCost(curve: CostCurve): PassCost {
  const isCurve = curve.length > 0 && curve.flat().every((value) => Number.isFinite(value) && value > 0);
  if (!isCurve || new Set(curve.map(([rows]) => rows)).size < curve.length)
    throw usage(
      "a cost curve needs at least one point [rows, milliseconds], all above 0, and one for each number of rows",
    );
  const points = isotonic([...curve].sort(([a], [b]) => a - b));
  const last = points[points.length - 1];
  if (points.length === 1) return () => last[1];
  const [rows0, ms0] = points.findLast(([rows, ms]) => rows <= last[0] / 2 && ms < last[1]) ?? points[0];
  const rise = (last[1] - ms0) / (last[0] - rows0);
  return (rows) => {
    if (rows >= last[0]) return last[1] + rise * (rows - last[0]);
    let i = 1;
    while (points[i][0] < rows) i++;
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
