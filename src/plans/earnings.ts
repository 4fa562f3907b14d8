import { depths } from "../core/tree.js";
import type { Draft, Round } from "../core/types.js";
import {
  AGES,
  type Chances,
  type Counts,
  count,
  createChanceModel,
  createCounts,
  DEPTHS,
  depthClass,
  moveOn,
  shareOf,
} from "./chances.js";

/** Of guesses that settle, tokens are worked out for lengths that differ by this factor. */
const SPARSE = 1.25;

/** Steps until what was known before is fitted. */
const FITTED = 30;

/** What a sequence's peculiarity keeps from round to round, and how far one is from others (a variance of log odds). */
const KEPT = 0.99;
const PECULIAR = 0.08;
/** Rounds that surprise by more than this many standard deviations on average, and that variance then: it has changed. */
const STARTLING = 1.5;
const CHANGED = 0.5;
const RECENT = 0.7;
const FURTHEST = 4;

/** What is known of a drafter's guesses, in a form that can be kept in a file: by age, and within an age by class of depth. */
export interface KnownEarnings {
  /** Guesses that stood. */
  readonly stood: readonly number[];
  /** Guesses whose parents stood. */
  readonly tried: readonly number[];
  /** Tokens a pass that drafts of fixed lengths brought: [length, tokens], shorter ones first. */
  readonly brought?: readonly (readonly [length: number, tokens: number])[];
}

type Brought = NonNullable<KnownEarnings["brought"]>;

/** What a drafter's guesses earn, over all its sequences. */
export interface Earnings {
  /** What they earn in one sequence, which may differ from the others. */
  start(): SequenceEarnings;
  /** Nothing was known of them before that these classes of depth and age could take. */
  readonly isNew: boolean;
  known(): KnownEarnings;
}

/** Of drafts by length, from 0 on. */
export interface Outlook {
  /** Tokens that a round is expected to bring, the target's own included. */
  readonly tokens: Float64Array;
  /** Chance that a draft of which that many guesses were asked, or more, is verified so far. */
  readonly has: Float64Array;
  /** ... and that it is drafted so far. */
  readonly drafts: Float64Array;
  /** Whether guesses get better from round to round. */
  readonly settles: boolean;
}

export interface SequenceEarnings {
  /** What drafts bring, up to the longest. */
  outlook(): Outlook;
  /**
   * Takes in a round in which up to `asked` guesses in a row were asked for and the drafter had `had`, of which the round's
   * draft may be a part. True where it looks as if things had changed.
   */
  observe(round: Round, asked: number, had: number): boolean;
}

/** A chance whose odds are so many times higher. */
const shifted = (chance: number, factor: number) => (chance * factor) / (1 - chance + chance * factor);

/**
 * How likely a guess stands, once its parent does: by its depth in the draft, and by its age, the number of rounds in which
 * its place was guessed before. Age is what Jacobi decoding lives on: its guesses settle from round to round, so that a guess
 * far down pays only later.
 *
 * @param most guesses of a draft
 * @param memory what a round keeps of its weight when the next one comes; 1: nothing is forgotten
 */
export function createEarnings(most: number, before?: KnownEarnings, memory?: number): Earnings {
  const size = AGES * DEPTHS;
  const fits = before?.stood.length === size && before.tried.length === size;
  const all = createCounts(size, fits ? before : undefined);
  /** Of drafts that were asked to go beyond a depth, those that did: when they were drafted, and what was verified of them. */
  const drafted = createCounts(DEPTHS);
  const verified = createCounts(DEPTHS);
  const model = createChanceModel();
  /** As they were when an outlook was last asked for. */
  let chances: Chances = model.of(all);
  for (let i = 0; fits && i < FITTED; i++) chances = model.of(all);
  const tokensOf = (rates: Float64Array, has: Float64Array, settles: boolean) =>
    (settles ? settlingTokens : steadyTokens)(rates, has);
  const surplus = before?.brought?.length ? surplusOf(before.brought) : undefined;

  /** What lengths brought before, over what chances by depth and age say of them: pictures have rows, films have frames. */
  function surplusOf(brought: Brought): Float64Array {
    const said = tokensOf(chances.rates, new Float64Array(most + 1).fill(1), chances.settles);
    const known = brought.filter(([length]) => length <= most);
    const over = known.map(([length, tokens]) => Math.log(tokens / said[length]));
    return Float64Array.from(said, (_, length) => {
      const after = known.findIndex(([other]) => other >= length);
      // Beyond the known lengths it is that of the nearest.
      if (after <= 0) return Math.exp(over.at(after) ?? 0);
      const [from, to] = [known[after - 1][0], known[after][0]];
      return Math.exp(over[after - 1] + ((over[after] - over[after - 1]) * (length - from)) / (to - from));
    });
  }

  function start(): SequenceEarnings {
    /** Log odds by which this sequence is better than others, the variance of that, and how surprising rounds were lately. */
    let shift = 0;
    let variance = PECULIAR;
    let surprised = 0;
    /** Ages of the places that were guessed last, from the first of them on. */
    let guessed: { from: number; ages: readonly number[] } = { from: 0, ages: [] };

    return {
      outlook() {
        chances = model.of(all);
        const { settles } = chances;
        const factor = Math.exp(shift);
        const rates = new Float64Array(size);
        for (let at = 0; at < size; at++) rates[at] = shifted(chances.rates[at], factor);
        const has = lasting(verified, most);
        const tokens = tokensOf(rates, has, settles);
        if (surplus) for (let length = 1; length <= most; length++) tokens[length] *= surplus[length];
        return { tokens, has, drafts: lasting(drafted, most), settles };
      },
      observe({ start: from, draft, verdict }, asked, had) {
        let long = 0;
        for (const depth of depths(draft)) long = Math.max(long, depth + 1);
        if (asked > 0) {
          goneBeyond(verified, long, asked);
          goneBeyond(drafted, had, asked);
        }
        const ages: number[] = [];
        for (let d = 0; d < long; d++)
          ages.push(Math.min(AGES - 1, (guessed.ages[from + d - guessed.from] ?? -1) + 1));
        guessed = { from, ages };
        // What was learned ages while nothing is drafted, too: the sequence goes on.
        moveOn(all, memory);
        if (long === 0) return false;
        const stood = verdict.path.length;
        const last = deepestTried(draft, verdict.path);
        const factor = Math.exp(shift);
        let information = 0;
        let surprise = 0;
        for (let d = 0; d <= last; d++) {
          const at = ages[d] * DEPTHS + depthClass(d);
          const expected = shifted(chances.rates[at], factor);
          information += expected * (1 - expected);
          surprise += (d < stood ? 1 : 0) - expected;
          count(all, at, d < stood);
        }
        // One step of a Kalman filter on the log odds (as Glickman 1999 rates players).
        surprised = RECENT * surprised + ((1 - RECENT) * surprise) / Math.sqrt(information + 0.01);
        const isStartled = Math.abs(surprised) > STARTLING;
        if (isStartled) variance = CHANGED;
        variance = 1 / (1 / (KEPT ** 2 * variance + (1 - KEPT ** 2) * PECULIAR) + information);
        shift = Math.max(-FURTHEST, Math.min(FURTHEST, KEPT * shift + variance * surprise));
        return isStartled;
      },
    };
  }

  const rounded = (values: Float64Array) =>
    Array.from(values, (value) => Number((value / all.weight).toFixed(1)));
  return { start, isNew: !fits, known: () => ({ stood: rounded(all.stood), tried: rounded(all.tried) }) };
}

/** A round in which a draft of so many guesses, of `asked`, went as far as `length`. */
function goneBeyond(counts: Counts, length: number, asked: number): void {
  moveOn(counts);
  for (let d = 0; d <= Math.min(length, asked - 1); d++) count(counts, depthClass(d), d < length);
}

/** Chances that drafts are that long, by length. */
function lasting(counts: Counts, most: number): Float64Array {
  const chances = new Float64Array(most + 1).fill(1);
  for (let depth = 0; depth < most; depth++)
    chances[depth + 1] = chances[depth] * shareOf(counts, depthClass(depth));
  return chances;
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
 * towards the point where both agree, each length starting from the one before; between them on straight lines.
 */
function settlingTokens(rates: Float64Array, has: Float64Array): Float64Array {
  const most = has.length - 1;
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
  for (let length = 1, before = 0; before < most; ) {
    advance = (advance + behind(length, advance)) / 2;
    tokens[length] = behind(length, advance);
    for (let between = before + 1; between < length; between++)
      tokens[between] =
        tokens[before] + ((tokens[length] - tokens[before]) * (between - before)) / (length - before);
    before = length;
    length = Math.min(most, Math.max(length + 1, Math.round(length * SPARSE)));
  }
  return tokens;
}

/** The last depth at which a guess could stand: those that did, and one more if the last of them had children. */
function deepestTried(draft: Draft, path: readonly number[]): number {
  const end = path.at(-1) ?? -1;
  return draft.parents.some((parent, node) => parent === end && node > end) ? path.length : path.length - 1;
}
