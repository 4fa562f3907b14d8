import { createMeter, type Metrics } from "../core/metrics.js";
import type { Round } from "../core/types.js";

export interface Watching<T> {
  /** Sees every round. */
  readonly onRound?: (round: Round) => void;
  /** Sees what is there so far, each time that something is finished, and is waited for. */
  readonly each?: (state: T) => void | Promise<void>;
}

/**
 * Runs a stream of states to its end: the last one, and what the rounds took.
 *
 * @param start begins it with something that is to see every round
 *
 * @example
 * const { last, metrics } = await toEnd((watch) => draw("a cat", watch));
 */
export async function toEnd<T>(
  start: (watch: { readonly onRound: (round: Round) => void }) => AsyncIterable<T>,
  { onRound, each }: Watching<T> = {},
): Promise<{ readonly last: T; readonly metrics: Metrics }> {
  const meter = createMeter();
  let last: T | undefined;
  const states = start({
    onRound(round) {
      meter.observe(round);
      onRound?.(round);
    },
  });
  for await (const state of states) {
    last = state;
    await each?.(state);
  }
  // A stream yields at least what is finished at its end.
  return { last: last as T, metrics: meter.read() };
}

/** The states in which more is finished than before (`count`), and the last one; all of them with `rounds`. */
export async function* finished<T extends { readonly done: boolean }>(
  states: AsyncIterable<T>,
  count: (state: T) => number,
  rounds = false,
  before = 0,
): AsyncGenerator<T, void, undefined> {
  let known = before;
  for await (const state of states) {
    if (rounds || state.done || count(state) > known) yield state;
    known = count(state);
  }
}
