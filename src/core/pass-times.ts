import { createEstimate } from "./estimate.js";

/** Milliseconds of a target pass that scores this many new tokens. */
export type PassCost = (rows: number) => number;

/** What passes take on this machine, as far as it is known by now. */
export interface PassTimes {
  /** Milliseconds of a pass that scores `rows` new tokens behind `past` tokens. */
  at(rows: number, past: number): number;
  /** Takes in what a pass took. */
  observe(rows: number, past: number, ms: number): void;
  /** How far off `at` may be: the standard deviation of its logarithm. */
  doubt(rows: number, past: number): number;
}

export interface PassTimesOptions {
  /** What was measured before, or is likely; only its shape need be about right. */
  readonly cost?: PassCost;
  /** Tokens in the cache while `cost` was measured. */
  readonly past?: number;
}

/** In passes of one row: a row more costs about this share of them on processors with two cores. */
export const LIKELY_COST: PassCost = (rows) => 1 + 0.06 * (rows - 1);

/** Places at which a curve may depart from its shape, so many doublings of the rows apart. */
const KNOTS = 6;
const APART = 1.5;
/** Variances of the logarithm of a time: how wrong a curve may be in level, in slope, at single numbers of rows. */
const LEVEL = 1;
const SLOPE = 0.3;
const LOCAL = 0.03;
/** ... in how a longer past counts, by itself and together with the rows. */
const PAST = 0.2;
const PRIOR = [LEVEL, SLOPE, PAST, PAST, ...new Array<number>(KNOTS).fill(LOCAL)];
/** A pass takes some ten per cent more or less than the one before. */
const NOISE = 0.01;
/** What disturbs a pass only ever makes it longer: of what takes longer than expected this much is believed at a time. */
const LONGER = 0.15;
/** Pasts shorter than this are alike. */
const SHORT = 256;
/** Slopes are those over so many doublings of the rows. */
const DOUBLINGS = 4;

/**
 * Pass times that follow the machine: a curve to start with, corrected by every pass. What is corrected is the logarithm of
 * the time: its level, its slope over the logarithm of rows, single places of the curve, and the influence of the past; so
 * that a pass of few rows says something about passes of many, but most about its like.
 */
export function createPassTimes({ cost = LIKELY_COST, past: usual = 160 }: PassTimesOptions = {}): PassTimes {
  const correction = createEstimate({ prior: PRIOR, noise: NOISE, above: LONGER });
  const { weights } = correction;
  let level: number | undefined;
  const far = (past: number) => Math.log((past + SHORT) / (usual + SHORT));
  const curve = tabulated((rows) => ({ ms: cost(rows), doublings: Math.log2(rows) }));

  return {
    at(rows, past) {
      const { ms, doublings } = curve(rows);
      const slope = doublings / DOUBLINGS;
      const place = Math.min(KNOTS - 1, doublings / APART);
      const knot = Math.min(KNOTS - 2, Math.floor(place));
      const here = weights[4 + knot];
      const local = here + (place - knot) * (weights[5 + knot] - here);
      const distant = far(past) * (weights[2] + weights[3] * slope);
      return ms * Math.exp((level ?? 0) + weights[0] + weights[1] * slope + distant + local);
    },
    observe(rows, past, ms) {
      if (!(ms > 0)) return;
      const { ms: usually, doublings } = curve(rows);
      const ratio = Math.log(ms / usually);
      // The first pass sets the scale between the curve and this machine.
      level ??= ratio;
      correction.observe(features(doublings, far(past)), ratio - level);
    },
    doubt: (rows, past) => Math.sqrt(correction.variance(features(curve(rows).doublings, far(past)))),
  };
}

/** What the correction of a time is made of. */
function features(doublings: number, distance: number): number[] {
  const slope = doublings / DOUBLINGS;
  const place = Math.min(KNOTS - 1, doublings / APART);
  const x = [1, slope, distance, distance * slope];
  for (let knot = 0; knot < KNOTS; knot++) x.push(Math.max(0, 1 - Math.abs(place - knot)));
  return x;
}

/** A function of small whole numbers, asked once for each. */
function tabulated<T>(of: (index: number) => T): (index: number) => T {
  const known: T[] = [];
  return (index) => {
    known[index] ??= of(index);
    return known[index];
  };
}

/** Milliseconds by rows, from 1 on, never falling; element 0 is not used. */
export function timesByRows(times: Pick<PassTimes, "at">, most: number, past: number): Float64Array {
  const byRows = new Float64Array(most + 1);
  for (let rows = 1; rows <= most; rows++) byRows[rows] = Math.max(byRows[rows - 1], times.at(rows, past));
  return byRows;
}

/**
 * What a row more costs at least, by rows before it: the slopes of the greatest convex function below the times. Going by
 * them, where to stop does not depend on what comes behind: what one guess more brings never rises, and its price never falls.
 * Once there is a first guess, the step from no draft to some draft is paid: behind it only the rest of the curve counts.
 */
export function rowPrices(byRows: Float64Array): Float64Array {
  const prices = slopesBelow(byRows, 2);
  prices[1] = slopesBelow(byRows, 1)[1];
  return prices;
}

/** Slopes of the greatest convex function below the times from some rows on. */
function slopesBelow(byRows: Float64Array, from: number): Float64Array {
  const hull: number[] = [];
  const slope = (a: number, b: number) => (byRows[b] - byRows[a]) / (b - a);
  for (let rows = from; rows < byRows.length; rows++) {
    while (
      hull.length > 1 &&
      slope(hull[hull.length - 2], hull[hull.length - 1]) >= slope(hull[hull.length - 1], rows)
    )
      hull.pop();
    hull.push(rows);
  }
  const prices = new Float64Array(byRows.length);
  for (let i = 1; i < hull.length; i++) {
    const price = slope(hull[i - 1], hull[i]);
    for (let rows = hull[i - 1]; rows < hull[i]; rows++) prices[rows] = price;
  }
  return prices;
}
