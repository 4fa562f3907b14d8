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
/** Observations that it is worth that a depth is like the one above. */
const LIKENESS = 6;
/** ... and that an age is like the one before: chance must not look like guesses that settle. */
const ALIKE = 25;
/** Share of guesses that stand where nothing is known yet. */
const LIKELY = 0.7;
/** Guesses settle where the oldest have so many times the odds of new ones. */
const DIFFERENT = 1.25;
const SURE = 0.999;
/** Steps of the fit at a time: it goes on where it was. */
const SWEEPS = 2;

/** Counts that forget: instead of all counts becoming less, new ones weigh more. What was known before is not forgotten. */
export interface Counts {
  readonly stood: Float64Array;
  readonly tried: Float64Array;
  weight: number;
  readonly known?: KnownCounts;
}

/** Guesses that stood, of those whose parents stood. */
export interface KnownCounts {
  readonly stood: readonly number[];
  readonly tried: readonly number[];
}

export const createCounts = (size: number, known?: KnownCounts): Counts => ({
  stood: Float64Array.from({ length: size }, (_, i) => known?.stood[i] ?? 0),
  tried: Float64Array.from({ length: size }, (_, i) => known?.tried[i] ?? 0),
  weight: 1,
  known,
});

export function count({ stood, tried, weight }: Counts, index: number, stands: boolean): void {
  if (stands) stood[index] += weight;
  tried[index] += weight;
}

/** A round went by, of whose weight the next one keeps so much. */
export function moveOn(counts: Counts, memory = MEMORY): void {
  counts.weight /= memory;
  const { stood, tried, weight, known } = counts;
  if (known) {
    for (let i = 0; i < tried.length; i++) {
      stood[i] += (1 - memory) * weight * known.stood[i];
      tried[i] += (1 - memory) * weight * known.tried[i];
    }
  }
  if (weight < 1e6) return;
  for (const list of [stood, tried]) for (let i = 0; i < list.length; i++) list[i] /= weight;
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

/** Chances from counts by age and class of depth. */
export interface ChanceModel {
  /** Each call goes on from the fit of the one before. */
  of(counts: Counts): Chances;
}

const MOST_ODDS = Math.log(SURE / (1 - SURE));
const within = (odds: number) => Math.max(-MOST_ODDS, Math.min(MOST_ODDS, odds));
const TINY = 1e-9;
const FIRST = Math.log(LIKELY / (1 - LIKELY));
const chanceOf = (odds: number) => 1 / (1 + Math.exp(-odds));

/**
 * The log odds of a guess are those of its depth and those of its age, added (a two-way logistic model): old guesses stand
 * near the front, where chances differ for other reasons, so that neither can be read off by itself. A depth of which little is
 * known is like the one above, an age like the one before; and a guess that has been there for longer is no worse.
 */
export function createChanceModel(): ChanceModel {
  const byDepth = new Float64Array(DEPTHS).fill(FIRST);
  const byAge = new Float64Array(AGES);
  const weights = new Float64Array(AGES);

  /** One Newton step for an effect that the cells `from`, `from + apart`, ... share, the others held, and how sure it is. */
  function improved(
    { stood, tried, weight }: Counts,
    own: number,
    like: number,
    trust: number,
    from: number,
    apart: number,
    others: Float64Array,
  ): readonly [odds: number, weight: number] {
    const here = chanceOf(own);
    let slope = trust * weight * (chanceOf(like) - here);
    let bend = trust * weight * here * (1 - here);
    for (let i = 0, at = from; i < others.length; i++, at += apart) {
      if (tried[at] === 0) continue;
      const chance = chanceOf(own + others[i]);
      slope += stood[at] - tried[at] * chance;
      bend += tried[at] * chance * (1 - chance);
    }
    const step = slope / (bend + TINY);
    return [within(own + Math.max(-1, Math.min(1, step))), bend + TINY];
  }

  function sweep(counts: Counts): void {
    for (let depth = 0; depth < DEPTHS; depth++) {
      const like = depth === 0 ? FIRST : byDepth[depth - 1];
      [byDepth[depth]] = improved(counts, byDepth[depth], like, LIKENESS, depth, DEPTHS, byAge);
    }
    for (let age = 0; age < AGES; age++) {
      const like = age === 0 ? 0 : byAge[age - 1];
      const trust = age === 0 ? 1 : ALIKE;
      const from = age * DEPTHS;
      [byAge[age], weights[age]] = improved(counts, byAge[age], like, trust, from, 1, byDepth);
    }
    rise(byAge, weights);
  }

  return {
    of(counts) {
      for (let i = 0; i < SWEEPS; i++) sweep(counts);
      const settles = byAge[AGES - 1] - byAge[0] > Math.log(DIFFERENT);
      const usual = byAge.reduce((sum, odds, age) => sum + weights[age] * odds, 0) / weights.reduce(add);
      const rates = new Float64Array(AGES * DEPTHS);
      for (let age = 0, at = 0; age < AGES; age++)
        for (let depth = 0; depth < DEPTHS; depth++, at++)
          rates[at] = chanceOf(within(byDepth[depth] + (settles ? byAge[age] : usual)));
      return { rates, settles };
    },
  };
}

const add = (a: number, b: number) => a + b;

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
