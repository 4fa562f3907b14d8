import type { Account } from "./account.js";

/** Lengths of probes: one that tells soon, and two for guesses that need some rounds to settle. */
const LENGTHS = [1, 4, 7];
/** Most rounds of a probe. */
const ROUNDS = 6;
/** What each kind may cost, in plain passes: so much at first, and so much more with each plain round, up to a limit. */
const GRANT = 2;
const SAVED = 0.008 / LENGTHS.length;
const MOST_SAVED = 6;
/** Plain rounds behind a probe: twice as many each time, from the first number up to the last. */
const PAUSES = [2, 32];

/** Decides when drafting is tried while it does not seem to pay. */
export interface Probes {
  /** A probe of several rounds is under way. */
  readonly isUnderWay: boolean;
  /** No probe is due for some rounds. */
  readonly isPausing: boolean;
  /** Length of this round's probe; 0: none. `risk`: plain passes lost when all guesses of a round of that length fall. */
  next(risk: (length: number) => number): number;
  /** A probe's guesses stood, so many of them: what they brought may be spent on more. */
  found(guesses: number): void;
  /** A plain round went by. */
  wait(): void;
  /** Drafting pays, for now. */
  forget(): void;
}

/**
 * Several rounds in a row of one length, as the account bears it that every guess falls. Each length saves for itself, so that
 * short probes, which are cheap, come often and do not keep the long ones from ever coming.
 */
export function createProbes(account: Account, longest: number): Probes {
  const kinds = LENGTHS.map((length) => ({ length: Math.min(length, longest), saved: GRANT }));
  let left = 0;
  let length = 0;
  let [pause, nextPause] = [0, PAUSES[0]];
  const begin = (risk: (length: number) => number): number => {
    // The longest that can be had: it tells what the shorter ones would, too.
    for (const kind of kinds.toReversed()) {
      let { length: guesses } = kind;
      const cost = () => Math.min(guesses, ROUNDS) * risk(guesses);
      while (guesses > 1 && cost() > Math.min(account.most, MOST_SAVED)) guesses--;
      if (cost() > Math.min(account.credit, kind.saved)) continue;
      kind.saved -= cost();
      return guesses;
    }
    return 0;
  };
  return {
    get isPausing() {
      return left === 0 && pause > 0;
    },
    get isUnderWay() {
      return left > 0;
    },
    next(risk) {
      if (left === 0) {
        if (pause > 0) return 0;
        length = begin(risk);
        left = Math.min(length, ROUNDS);
        if (length === 0) return 0;
        pause = nextPause;
        nextPause = Math.min(PAUSES[1], 2 * nextPause);
      }
      left--;
      return length;
    },
    found(guesses) {
      for (const kind of kinds) kind.saved = Math.min(MOST_SAVED, kind.saved + guesses / kinds.length);
      [pause, nextPause] = [0, PAUSES[0]];
    },
    wait() {
      for (const kind of kinds) kind.saved = Math.min(MOST_SAVED, kind.saved + SAVED);
      pause = Math.max(0, pause - 1);
    },
    forget() {
      [left, pause, nextPause] = [0, 0, PAUSES[0]];
    },
  };
}
