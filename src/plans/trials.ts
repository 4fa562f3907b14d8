import type { Account } from "./account.js";

/** Rounds that a trial lasts. */
const HOLD = 6;
/** Each round allows this much of a round's loss for trying lengths beside the usual one, which differ by this factor. */
const VARIATION = 0.002;
const LONGER = 1.4;
/** ... and this much for lengths of which too little is known, up to a limit. */
const CURIOSITY = 0.004;
const MOST_CURIOUS = 2;
/** They must promise this much more than the usual one, if things are as good as they may be. */
const HOPEFUL = 1.05;
/** A length is kept until another one promises this share more; guesses that settle do best at one length. */
const STEADY = 0.01;
const SETTLED = 0.03;

/** What is expected of drafts by length. */
export interface Prospects {
  /** Tokens a millisecond. */
  rate(length: number): number;
  /** Plain passes lost when all guesses of a round fall. */
  risk(length: number): number;
  /** The best length, 0 if none pays, and its rate. */
  readonly best: number;
  readonly bestRate: number;
  /** The length that would be best if those of which little is known were as good as they may be, and its rate then. */
  readonly hopeful: number;
  readonly hopefulRate: number;
  /** Whether guesses get better from round to round. */
  readonly settles: boolean;
}

/** Keeps to a length while it is about the best, and tries another now and then: what is never tried is never known. */
export interface Trials {
  /** The usual length, 0 at first. */
  readonly usual: number;
  /** This round's length. */
  next(prospects: Prospects): number;
  /** Starts from a length that has been seen to bring something. */
  begin(length: number): void;
}

export function createTrials(lengths: readonly number[], account: Account): Trials {
  let usual = 0;
  let other = 0;
  let left = 0;
  let saved = 0;
  let curious = 1;
  let turn = 0;

  /** Begins a trial, if one is due. */
  function consider({ rate, bestRate, hopeful, hopefulRate, settles }: Prospects): void {
    saved = Math.min(HOLD, saved + VARIATION);
    curious = Math.min(MOST_CURIOUS, curious + CURIOSITY);
    const loss = (length: number) => 1 - rate(length) / bestRate;
    if (hopeful !== usual && hopefulRate > HOPEFUL * rate(usual) && curious > 0) {
      curious -= loss(hopeful);
      [other, left] = [hopeful, HOLD];
      return;
    }
    // A longer one, or a shorter one where guesses need not settle.
    const wanted = usual * (turn % 2 && !settles ? 1 / LONGER : LONGER);
    const near = lengths.find((length) => length >= wanted) ?? lengths[lengths.length - 1];
    if (near === usual) turn++;
    else if (saved > HOLD * loss(near)) {
      saved -= HOLD * loss(near);
      [other, left] = [near, HOLD];
      turn++;
    }
  }

  return {
    get usual() {
      return usual;
    },
    begin(length) {
      usual = length;
    },
    next(prospects) {
      const { rate, risk, best, bestRate, settles } = prospects;
      const isGood = rate(usual) >= (1 - (settles ? SETTLED : STEADY)) * bestRate;
      if (usual === 0 || !isGood || risk(usual) > account.credit) usual = best;
      if (left === 0) consider(prospects);
      if (left === 0 || risk(other) > account.credit) return usual;
      left--;
      return other;
    },
  };
}
