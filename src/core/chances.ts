/** Rounds in which a guess's place was guessed before: more than this, less one, count alike. */
export const AGES = 5;
/** Depths are told apart one by one at first, then by ratios of 1.4. */
export const DEPTHS = 16;
const CLASS_OF = Array.from({ length: 256 }, (_, depth) =>
  depth < 6 ? depth : Math.min(DEPTHS - 1, Math.floor(6 + 2 * Math.log2(depth / 6))),
);
export const depthClass = (depth: number) => CLASS_OF[Math.min(depth, CLASS_OF.length - 1)];

/** What a round keeps of its weight when the next one comes. */
const MEMORY = 0.995;
/** Observations that a likeness is worth: that of the depth above, of guesses of the same age, of all guesses. */
const LIKENESS = 6;
/** ... and that all ages are alike: chance must not look like guesses that settle. */
const ALIKE = 25;
/** Share of guesses that stand where nothing is known yet. */
const LIKELY = 0.7;
/** Guesses settle where older ones stand more often by this share. */
const DIFFERENT = 0.05;
const SURE = 0.999;

/** Counts that forget: instead of all counts becoming less, new ones weigh more. */
export interface Counts {
  readonly stood: Float64Array;
  readonly tried: Float64Array;
  weight: number;
}

export const createCounts = (size: number): Counts => ({
  stood: new Float64Array(size),
  tried: new Float64Array(size),
  weight: 1,
});

export function count({ stood, tried, weight }: Counts, index: number, stands: boolean): void {
  if (stands) stood[index] += weight;
  tried[index] += weight;
}

/** A round went by. */
export function moveOn(counts: Counts): void {
  counts.weight /= MEMORY;
  if (counts.weight < 1e6) return;
  for (const list of [counts.stood, counts.tried])
    for (let i = 0; i < list.length; i++) list[i] /= counts.weight;
  counts.weight = 1;
}

/** The share that stood, starting from a certain one. */
export function shareOf({ stood, tried, weight }: Counts, index: number): number {
  return (LIKENESS * weight + stood[index]) / (LIKENESS * weight + tried[index]);
}

export interface Chances {
  /** By age and class of depth: the chance that a guess stands, once its parent does. */
  readonly rates: Float64Array;
  /** Whether guesses get better from round to round. */
  readonly settles: boolean;
}

/**
 * Chances from counts by age and class of depth. Those of which little is known are like the one at the depth above, that like
 * others of its age, those like all; and a guess that has been there for longer is no worse. Where ages are alike they count
 * as one.
 */
export function chancesOf({ stood, tried, weight }: Counts): Chances {
  const byAge = { stood: new Float64Array(AGES), tried: new Float64Array(AGES) };
  for (let age = 0, at = 0; age < AGES; age++) {
    for (let depth = 0; depth < DEPTHS; depth++, at++) {
      byAge.stood[age] += stood[at];
      byAge.tried[age] += tried[at];
    }
  }
  const sum = (of: Float64Array) => of[0] + of[1] + of[2] + of[3] + of[4];
  const likeness = LIKENESS * weight;
  const overall = (likeness * LIKELY + sum(byAge.stood)) / (likeness + sum(byAge.tried));
  const above = new Float64Array(AGES);
  const weights = new Float64Array(AGES);
  for (let age = 0; age < AGES; age++) {
    weights[age] = ALIKE * weight + byAge.tried[age];
    above[age] = (ALIKE * weight * overall + byAge.stood[age]) / weights[age];
  }
  rise(above, weights);
  const settles = above[AGES - 1] - above[0] > DIFFERENT;
  const rates = new Float64Array(AGES * DEPTHS);
  let chance = overall;
  for (let depth = 0; depth < DEPTHS; depth++) {
    if (settles) {
      for (let age = 0, at = depth; age < AGES; age++, at += DEPTHS) {
        weights[age] = likeness + tried[at];
        above[age] = (likeness * above[age] + stood[at]) / weights[age];
      }
      rise(above, weights);
    } else {
      let [hits, tries] = [likeness * chance, likeness];
      for (let at = depth; at < stood.length; at += DEPTHS) {
        hits += stood[at];
        tries += tried[at];
      }
      chance = hits / tries;
    }
    for (let age = 0, at = depth; age < AGES; age++, at += DEPTHS)
      rates[at] = Math.max(1 - SURE, Math.min(SURE, settles ? above[age] : chance));
  }
  return { rates, settles };
}

/** Isotonic regression in place: neighbours that fall share their mean. */
function rise(values: Float64Array, weights: Float64Array): void {
  for (let end = 1; end < values.length; end++) {
    if (values[end - 1] <= values[end]) continue;
    let from = end;
    let [mass, weight] = [values[end] * weights[end], weights[end]];
    while (from > 0 && values[from - 1] > mass / weight) {
      from--;
      mass += values[from] * weights[from];
      weight += weights[from];
    }
    for (let at = from; at <= end; at++) values[at] = mass / weight;
  }
}
