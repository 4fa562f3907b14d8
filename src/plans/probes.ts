import type { Account } from "./account.js";

/** Rounds in which no guess need stand yet, as guesses may have to settle, and guesses a round. */
interface Kind {
  readonly rounds: number;
  readonly guesses: number;
}

/** Cheap, and tells soon. */
const SHORT: Kind = { rounds: 1, guesses: 1 };
/** For guesses that settle: the first of these that could pay where rows cost what they do. */
const LONG: readonly Kind[] = [
  { rounds: 4, guesses: 5 },
  { rounds: 3, guesses: 7 },
  { rounds: 2, guesses: 8 },
];
/** What a probe may cost, and what each kind has at first, in plain passes. */
const GRANT = 3.5;
/** What each kind saves with each plain round, up to a limit. */
const SAVED = { short: 0.004, long: 0.008 };
const MOST_SAVED = 6;
/** Plain rounds behind a probe: twice as many each time, from the first number up to the last. */
const PAUSES = [2, 32];

/** Decides when drafting is tried while it does not seem to pay. */
export interface Probes {
  /** A probe of several rounds is under way, or the very first one is due. */
  readonly isUnderWay: boolean;
  /** No probe is due for some rounds. */
  readonly isPausing: boolean;
  /** Length of this round's probe; 0: none. `risk`: plain passes lost when all guesses of a round of that length fall. */
  next(risk: (length: number) => number): number;
  /** Guesses of a probe stood: it may go on. */
  found(): void;
  /** A plain round went by. */
  wait(): void;
  /** Drafting pays, for now. */
  forget(): void;
}

interface Savings {
  passes: number;
}

interface Probe extends Kind {
  readonly savings: Savings;
  /** What was saved when it began, less what was on the account then: that much stays behind what the account has now. */
  readonly before: number;
  done: number;
  /** Rounds left, if no guess stands. */
  left: number;
}

/**
 * Several rounds in a row of one length, as the account bears it that every guess falls. Short and long ones save separately, so
 * that short ones, which are cheap, come often and do not keep the long ones from ever coming. A probe whose guesses stand goes
 * on as long as what it earns pays for it, unless drafting is found to pay before.
 *
 * @param isNew nothing is known of the drafter's guesses: the plan begins with a probe
 */
export function createProbes(account: Account, longest: number, isNew: boolean): Probes {
  const savings = { short: { passes: GRANT }, long: { passes: GRANT } };
  let isFirst = isNew;
  let probe: Probe | undefined;
  let [pause, nextPause] = [0, PAUSES[0]];

  /** What a probe may still cost. */
  const rest = ({ before }: Probe) => Math.max(0, Math.min(MOST_SAVED, before + account.credit));

  function end(): void {
    if (probe) probe.savings.passes = rest(probe);
    probe = undefined;
  }

  /** Whether it is to have another round. */
  function goesOn(current: Probe, risk: (length: number) => number): boolean {
    const { done, rounds, left, guesses } = current;
    const bearable = done < rounds ? account.credit : Math.min(account.credit, rest(current));
    return left > 0 && risk(guesses) <= bearable;
  }

  function begin(risk: (length: number) => number): Probe | undefined {
    const long = LONG.map((kind) => affordable(kind, longest, risk)).find((kind) => kind !== undefined);
    const short = affordable(SHORT, longest, risk);
    // A long one tells what a short one would, too.
    return (long && started(long, savings.long, risk)) ?? (short && started(short, savings.short, risk));
  }

  function started(kind: Kind, own: Savings, risk: (length: number) => number): Probe | undefined {
    const cost = kind.rounds * risk(kind.guesses);
    if (cost > Math.min(account.credit, own.passes)) return undefined;
    return { ...kind, savings: own, before: own.passes - account.credit, done: 0, left: kind.rounds };
  }

  return {
    get isPausing() {
      return (probe?.left ?? 0) === 0 && pause > 0;
    },
    get isUnderWay() {
      return isFirst || (probe !== undefined && probe.done < probe.rounds);
    },
    next(risk) {
      if (probe && !goesOn(probe, risk)) end();
      if (!probe && pause > 0) return 0;
      if (!probe) {
        isFirst = false;
        probe = begin(risk);
        if (!probe) return 0;
        pause = nextPause;
        nextPause = Math.min(PAUSES[1], 2 * nextPause);
      }
      probe.left--;
      probe.done++;
      return probe.guesses;
    },
    found() {
      if (probe) probe.left = probe.rounds;
      [pause, nextPause] = [0, PAUSES[0]];
    },
    wait() {
      if (probe?.left === 0) end();
      const { short, long } = savings;
      short.passes = Math.min(MOST_SAVED, short.passes + SAVED.short);
      long.passes = Math.min(MOST_SAVED, long.passes + SAVED.long);
      // Drafts that were no probes have been paid from the same account.
      const share = account.credit / (short.passes + long.passes);
      if (share < 1) for (const own of [short, long]) own.passes *= share;
      pause = Math.max(0, pause - 1);
    },
    forget() {
      end();
      [pause, nextPause] = [0, PAUSES[0]];
    },
  };
}

/** A kind of probe with as many guesses as may be paid for, if so many could pay at all. */
function affordable(
  { rounds, guesses }: Kind,
  longest: number,
  risk: (length: number) => number,
): Kind | undefined {
  let length = Math.min(guesses, longest);
  while (length > rounds && rounds * risk(length) > GRANT) length--;
  // Guesses that settle in so many rounds bring no more tokens than this.
  return (length + rounds) / rounds > 1 + risk(length) ? { rounds, guesses: length } : undefined;
}
