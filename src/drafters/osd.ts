import { inRange } from "../core/errors.js";
import { createNoise } from "../core/noise.js";
import type { DraftSetup, Token } from "../core/types.js";
import { followLast } from "./context.js";
import { type Counts, count, forget, longestSeen, ORDER } from "./counts.js";
import { type Example, type LogBilinear, logBilinear, SEEN } from "./log-bilinear.js";
import { type PredictiveDrafter, type Predictor, predictive } from "./predict.js";
import { shared } from "./shared.js";
import { type Top, topOf } from "./top.js";
import { RANGES, rangeOf } from "./trust.js";

export interface OsdOptions {
  /** Gradient steps behind each answer, about a tenth of a millisecond each; 0: counts only. */
  readonly steps?: number;
  /** Most contexts that are counted: some hundred bytes each. */
  readonly memory?: number;
  /** Of the network's first weights, and of which earlier examples it sees again. */
  readonly seed?: number;
}

/** The target's likeliest tokens that are learned from a row. */
const KEPT = 8;
/** Examples of earlier answers that are there to be learned from again. */
const REPEATED = 4096;
/** What shares are worth before an answer has shown it. */
const CHANCE = 0.9;

/** What has been learned from the answers that are over. */
interface Learned {
  readonly counts: Counts;
  readonly head?: LogBilinear;
  /** The latest examples; the next one takes the place of the oldest. */
  readonly examples: Example[];
  seen: number;
}

/**
 * Online speculative decoding (Liu et al. 2024): a drafter that goes on learning while it serves, from the distributions that the
 * target computes anyway. Counts of what follows the last one to three tokens learn at once, with every round. A small network
 * (see `logBilinear`) learns from the same examples by gradient steps when an answer is over, a bounded number of them,
 * so that no round waits. For each guess the surer of the two is taken.
 *
 * What a sequence learns by gradients is there for those that start behind its end. Output never depends on it, only the time
 * does. The paper trains a draft model of the target's kind on a GPU; this one is small enough for a part of a core.
 *
 * @throws a usage error for settings below 0
 *
 * @example
 * const drafter = osd(); // one for all prompts
 *
 * @example
 * mixture(osd(), suffix());
 */
export function osd({ steps = 128, memory = 65_536, seed = 0 }: OsdOptions = {}): PredictiveDrafter {
  inRange("steps", steps, 0, undefined, { whole: true });
  inRange("memory", memory, 0);
  const noise = createNoise(seed);
  const first = {
    counts: new Map(),
    head: steps > 0 ? logBilinear(noise) : undefined,
    examples: [],
    seen: 0,
  };
  const learned = shared<Learned>(first, ({ counts, head, examples, seen }) => ({
    counts: new Map(counts),
    head: head?.copy(),
    examples: examples.slice(),
    seen,
  }));

  /** New examples first, then any of the earlier ones. */
  function learn(into: Learned, examples: readonly Example[]): void {
    for (const { context, top } of examples) count(into.counts, context, top);
    forget(into.counts, memory);
    const { head, examples: all } = into;
    if (!head) return;
    for (const example of examples) all[into.seen++ % REPEATED] = example;
    for (let step = 0; step < steps; step++)
      head.learn(examples[step] ?? all[Math.floor(noise.chance() * all.length)]);
  }

  return predictive("osd", (setup) => {
    const { known, close } = learned.open();
    const counting = counter(setup, known.counts, (examples) =>
      close(examples.length > 0 ? (into) => learn(into, examples) : undefined),
    );
    return known.head ? [counting, predictorOf(setup, known.head)] : [counting];
  });
}

/** Counts of this sequence and those before; gathers examples on the way. */
function counter(
  { encoded: { tokens } }: DraftSetup,
  earlier: Counts,
  close: (examples: readonly Example[]) => void,
): Predictor<readonly Token[]> {
  const follow = followLast(tokens, Math.max(ORDER, SEEN));
  const own: Counts = new Map();
  const examples: Example[] = [];
  const find = (key: number) => own.get(key) ?? earlier.get(key);
  /** In front of the round that runs. */
  let before = follow.end();
  return {
    ...follow,
    kinds: new Array<number>(ORDER * RANGES).fill(CHANCE),
    predict(context, most) {
      const seen = longestSeen(context, find);
      if (!seen) return [];
      const { followers, length } = seen;
      const shareOf = (i: number) => followers.counts[i] / followers.total;
      // What is known of the best ones goes for the others in proportion.
      const kind = (length - 1) * RANGES + rangeOf(shareOf(0));
      return followers.tokens.slice(0, most).map((token, i) => ({ token, share: shareOf(i), kind }));
    },
    observe({ tokens: committed, verdict: { path }, logits }) {
      for (const [i, token] of committed.entries()) {
        const top = topOf(logits(i === 0 ? -1 : path[i - 1]), KEPT);
        if (top.tokens.length > 0) {
          examples.push({ context: before, top });
          count(own, before, top, find);
        }
        before = follow.step(before, token);
      }
    },
    close: () => close(examples),
  };
}

function predictorOf({ encoded: { tokens } }: DraftSetup, head: LogBilinear): Predictor<readonly Token[]> {
  /** By context, what was asked in this round: each guess that stands is asked for again when it is judged. */
  const asked = new Map<string, Top>();
  return {
    ...followLast(tokens, SEEN),
    kinds: new Array<number>(RANGES).fill(CHANCE),
    predict(context, most) {
      const key = context.join();
      const { tokens: best, shares } = asked.get(key) ?? head.predict(context, KEPT);
      asked.set(key, { tokens: best, shares });
      return best.slice(0, most).map((token, i) => ({ token, share: shares[i], kind: rangeOf(shares[0]) }));
    },
    observe: () => asked.clear(),
  };
}
