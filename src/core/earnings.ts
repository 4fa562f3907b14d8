import { depths } from "./tree.js";
import type { Draft, Round } from "./types.js";

/** Rounds in which a guess's place was guessed before: more than this, less one, count alike. */
const AGES = 5;
/** Depths are told apart one by one at first, then by ratios of 1.4. */
const DEPTHS = 16;
const SIZE = AGES * DEPTHS;
const depthClass = (depth: number) =>
  depth < 6 ? depth : Math.min(DEPTHS - 1, Math.floor(6 + 2 * Math.log2(depth / 6)));

/** What a round keeps of its weight when the next one comes. */
const MEMORY = 0.995;
/** Observations that a likeness is worth: that of the depth above, of guesses of the same age, of all guesses. */
const LIKENESS = 6;
/** ... and that all ages are alike: chance must not look like guesses that settle. */
const ALIKE = 25;
/** Share of guesses that stand where nothing is known yet. */
const LIKELY = 0.7;

/** Guesses settle where older ones stand more often by this share. */
const DIFFERENT = 0.1;

/** What a sequence's peculiarity keeps from round to round, and how far one is from others (a variance of log odds). */
const KEPT = 0.99;
const PECULIAR = 0.15;
/** Rounds that surprise by more than this many standard deviations on average, and that variance then: it has changed. */
const STARTLING = 1.2;
const CHANGED = 1;
const RECENT = 0.7;
const FURTHEST = 4;

/** What is known of a drafter's guesses, in a form that can be kept in a file: by age, and within an age by class of depth. */
export interface KnownEarnings {
  /** Guesses that stood. */
  readonly stood: readonly number[];
  /** Guesses whose parents stood. */
  readonly tried: readonly number[];
}

/** What a drafter's guesses earn, over all its sequences. */
export interface Earnings {
  /** What they earn in one sequence, which may differ from the others. */
  start(): SequenceEarnings;
  known(): KnownEarnings;
}

/** Of drafts by length, from 0 on; only the lengths that were asked for are filled in. */
export interface Outlook {
  /** Tokens that a round is expected to bring, the target's own included. */
  readonly tokens: Float64Array;
  /** Chance that a drafter which is asked for that many guesses, or more, has them. */
  readonly has: Float64Array;
  /** Whether guesses get better from round to round. */
  readonly settles: boolean;
}

export interface SequenceEarnings {
  /** What drafts of these lengths (ascending) bring. */
  outlook(lengths: readonly number[]): Outlook;
  /** Takes in a round in which up to `asked` guesses in a row were asked for. */
  observe(round: Round, asked: number): void;
}

const odds = (share: number) => Math.log(share / (1 - share));
const fromOdds = (logOdds: number) => 1 / (1 + Math.exp(-logOdds));

/**
 * How likely a guess stands, once its parent does: by its depth in the draft, and by its age, the number of rounds in which
 * its place was guessed before. Age is what Jacobi decoding lives on: its guesses settle from round to round, so that a guess
 * far down pays only later. Where age means nothing the shares come out alike.
 */
export function createEarnings(before?: KnownEarnings): Earnings {
  const all = { stood: new Float64Array(SIZE), tried: new Float64Array(SIZE) };
  if (before?.stood.length === SIZE && before.tried.length === SIZE) {
    all.stood.set(before.stood);
    all.tried.set(before.tried);
  }
  /** Of drafts that were asked to go beyond a depth, those that did. */
  const had = { stood: new Float64Array(DEPTHS), tried: new Float64Array(DEPTHS) };
  const hadShare = (depth: number) => {
    const at = depthClass(depth);
    return (LIKENESS + had.stood[at]) / (LIKENESS + had.tried[at]);
  };
  /** Log odds by age and class of depth; made anew when something was learned. */
  let learned: Float64Array | undefined;
  const logOdds = () => {
    learned ??= smoothed(all).map(odds);
    return learned;
  };
  const rounded = (values: Float64Array) => Array.from(values, (value) => Number(value.toFixed(1)));

  function start(): SequenceEarnings {
    /** Log odds by which this sequence is better than others, the variance of that, and how surprising rounds were lately. */
    let shift = 0;
    let variance = PECULIAR;
    let surprised = 0;
    /** Ages of the places that were guessed last, from the first of them on. */
    let guessed: { from: number; ages: readonly number[] } = { from: 0, ages: [] };

    return {
      outlook(lengths) {
        const most = lengths.at(-1) ?? 0;
        const rates = logOdds().map((value) => fromOdds(value + shift));
        const has = new Float64Array(most + 1).fill(1);
        for (let depth = 0; depth < most; depth++) has[depth + 1] = has[depth] * hadShare(depth);
        const settles = rates.some((rate, at) => rate - rates[at % DEPTHS] > DIFFERENT);
        const expected = settles ? settlingTokens : steadyTokens;
        return { tokens: expected(rates, has, lengths), has, settles };
      },
      observe({ start: from, draft, verdict }, asked) {
        const long = depths(draft).reduce((deepest, depth) => Math.max(deepest, depth + 1), 0);
        if (asked > 0) {
          fade(had);
          for (let d = 0; d <= Math.min(long, asked - 1); d++) count(had, depthClass(d), d < long);
        }
        const ages = Array.from({ length: long }, (_, d) =>
          Math.min(AGES - 1, (guessed.ages[from + d - guessed.from] ?? -1) + 1),
        );
        guessed = { from, ages };
        // What was learned ages while nothing is drafted, too: the sequence goes on.
        learned = undefined;
        fade(all);
        if (long === 0) return;
        const known = logOdds();
        const stood = verdict.path.length;
        const last = deepestTried(draft, verdict.path);
        let information = 0;
        let surprise = 0;
        for (let d = 0; d <= last; d++) {
          const at = ages[d] * DEPTHS + depthClass(d);
          const expected = fromOdds(known[at] + shift);
          information += expected * (1 - expected);
          surprise += (d < stood ? 1 : 0) - expected;
          count(all, at, d < stood);
        }
        // One step of a Kalman filter on the log odds (as Glickman 1999 rates players).
        surprised = RECENT * surprised + ((1 - RECENT) * surprise) / Math.sqrt(information + 0.01);
        if (Math.abs(surprised) > STARTLING) variance = CHANGED;
        variance = 1 / (1 / (KEPT ** 2 * variance + (1 - KEPT ** 2) * PECULIAR) + information);
        shift = Math.max(-FURTHEST, Math.min(FURTHEST, KEPT * shift + variance * surprise));
      },
    };
  }

  return { start, known: () => ({ stood: rounded(all.stood), tried: rounded(all.tried) }) };
}

interface Shares {
  readonly stood: Float64Array;
  readonly tried: Float64Array;
}

function count({ stood, tried }: Shares, index: number, stands: boolean): void {
  if (stands) stood[index]++;
  tried[index]++;
}

function fade({ stood, tried }: Shares): void {
  for (let i = 0; i < stood.length; i++) {
    stood[i] *= MEMORY;
    tried[i] *= MEMORY;
  }
}

const sum = (of: Float64Array) => of.reduce((a, b) => a + b, 0);

/** Shares of which little is known are like the one at the depth above, that like others of its age, those like all. */
function smoothed({ stood, tried }: Shares): Float64Array {
  const overall = (LIKENESS * LIKELY + sum(stood)) / (LIKENESS + sum(tried));
  const rates = new Float64Array(SIZE);
  const above = new Float64Array(AGES);
  const weights = new Float64Array(AGES);
  for (let age = 0; age < AGES; age++) {
    const [from, to] = [age * DEPTHS, (age + 1) * DEPTHS];
    weights[age] = ALIKE + sum(tried.subarray(from, to));
    above[age] = (ALIKE * overall + sum(stood.subarray(from, to))) / weights[age];
  }
  rise(above, weights);
  for (let depth = 0; depth < DEPTHS; depth++) {
    for (let age = 0; age < AGES; age++) {
      const at = age * DEPTHS + depth;
      weights[age] = LIKENESS + tried[at];
      above[age] = (LIKENESS * above[age] + stood[at]) / weights[age];
    }
    rise(above, weights);
    for (let age = 0; age < AGES; age++)
      rates[age * DEPTHS + depth] = Math.max(0.001, Math.min(0.999, above[age]));
  }
  return rates;
}

/** Isotonic regression in place: a guess that has been there for longer is no worse. Neighbours that fall share their mean. */
function rise(values: Float64Array, weights: Float64Array): void {
  for (let end = 1; end < values.length; end++) {
    let from = end;
    let [mass, weight] = [values[end] * weights[end], weights[end]];
    while (from > 0 && values[from - 1] > mass / weight) {
      from--;
      mass += values[from] * weights[from];
      weight += weights[from];
    }
    values.fill(mass / weight, from, end + 1);
  }
}

/** Tokens of a round by draft length, where age means nothing. */
function steadyTokens(rates: Float64Array, has: Float64Array): Float64Array {
  const tokens = new Float64Array(has.length).fill(1);
  for (let depth = 0, path = 1; depth < has.length - 1; depth++) {
    path *= rates[depthClass(depth)];
    tokens[depth + 1] = tokens[depth] + path * has[depth + 1];
  }
  return tokens;
}

/**
 * ... where it counts. How old guesses are follows from how many tokens a round commits, and the other way round: a few steps
 * towards the point where both agree, each length starting from the one before.
 */
function settlingTokens(rates: Float64Array, has: Float64Array, lengths: readonly number[]): Float64Array {
  const classes = Array.from(has, (_, depth) => depthClass(depth));
  const tokens = new Float64Array(has.length).fill(1);
  const behind = (length: number, advance: number) => {
    let expected = 1;
    let path = 1;
    for (let depth = 0; depth < length && path > 1e-4; depth++) {
      const age = Math.min(AGES - 1, (length - 1 - depth) / advance);
      const young = Math.floor(age);
      const at = young * DEPTHS + classes[depth];
      const older = young + 1 < AGES ? rates[at + DEPTHS] : rates[at];
      path *= rates[at] + (age - young) * (older - rates[at]);
      expected += path * has[depth + 1];
    }
    return expected;
  };
  let advance = 1.5;
  for (const length of lengths) {
    for (let step = 0; step < 2; step++) advance = (advance + behind(length, advance)) / 2;
    tokens[length] = behind(length, advance);
  }
  return tokens;
}

/** The last depth at which a guess could stand: those that did, and one more if the last of them had children. */
function deepestTried(draft: Draft, path: readonly number[]): number {
  const end = path.at(-1) ?? -1;
  return draft.parents.some((parent, node) => parent === end && node > end) ? path.length : path.length - 1;
}
