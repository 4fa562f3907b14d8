import { children, depths } from "./tree.js";
import type { Round } from "./types.js";

/** What a run did, in the field's terms. Times are milliseconds. */
export interface Metrics {
  /** Tokens committed. */
  readonly tokens: number;
  /** Passes of the target, the prefill's included (it commits a token too). */
  readonly passes: number;
  /** Tokens a target pass, bonus included. Plain decoding has 1. */
  readonly tokensPerPass: number;
  /** The same under the field's name: the mean accepted length, EAGLE's tau (Li et al. 2024). */
  readonly meanAcceptedLength: number;
  readonly drafted: number;
  readonly accepted: number;
  /** accepted / drafted: guesses behind a rejected one, and a tree's other branches, count as rejected. */
  readonly acceptanceRate: number;
  /**
   * Share of guesses that stood among those whose parents did: Leviathan's alpha (2023), as far as it is the same at every
   * depth. Siblings count as one guess, which stands if one of them does.
   */
  readonly alpha: number;
  /** What became of the guesses at each depth, 0 being those behind the last committed token. */
  readonly byDepth: readonly DepthMetrics[];
  readonly time: {
    readonly draft: number;
    readonly target: number;
    readonly verify: number;
    readonly rest: number;
    readonly total: number;
  };
}

/** Guesses of one depth, siblings counted as one. */
export interface DepthMetrics {
  /** Drafts with a guess at this depth. */
  readonly drafted: number;
  /** Those where a guess here was put to the test: its parent stood. */
  readonly reached: number;
  /** Those where it stood. */
  readonly accepted: number;
  /** accepted / reached; 0 where none was reached. */
  readonly alpha: number;
}

export interface Meter {
  observe(round: Round): void;
  read(): Metrics;
}

/** Sums rounds up. */
export function createMeter(): Meter {
  const sum = { tokens: 0, passes: 0, drafted: 0, accepted: 0, draft: 0, target: 0, verify: 0, total: 0 };
  const byDepth: { drafted: number; reached: number; accepted: number }[] = [];
  return {
    observe(round) {
      const { draft, verdict } = round;
      const stood = verdict.path.length;
      sum.passes++;
      sum.tokens += round.tokens.length;
      sum.drafted += draft.tokens.length;
      sum.accepted += stood;
      for (const part of ["draft", "target", "verify", "total"] as const) sum[part] += round.timing[part];
      const deepest = depths(draft).reduce((most, depth) => Math.max(most, depth), -1);
      // The last node that stood may have no children: then no guess was tested behind it.
      const tested = children(draft, verdict.path.at(-1) ?? -1).length > 0 ? stood + 1 : stood;
      for (let d = 0; d <= deepest; d++) {
        byDepth[d] ??= { drafted: 0, reached: 0, accepted: 0 };
        byDepth[d].drafted++;
        if (d < tested) byDepth[d].reached++;
        if (d < stood) byDepth[d].accepted++;
      }
    },
    read: () => {
      const { tokens, passes, drafted, accepted, draft, target, verify, total } = sum;
      const time = { draft, target, verify, rest: total - draft - target - verify, total };
      return withRates({ tokens, passes, drafted, accepted, byDepth, time });
    },
  };
}

/** Several runs as one. */
export function addMetrics(all: readonly Metrics[]): Metrics {
  const sum = (of: (metrics: Metrics) => number) => all.reduce((total, metrics) => total + of(metrics), 0);
  const time = (part: keyof Metrics["time"]) => sum((metrics) => metrics.time[part]);
  const deepest = Math.max(0, ...all.map(({ byDepth }) => byDepth.length));
  return withRates({
    tokens: sum(({ tokens }) => tokens),
    passes: sum(({ passes }) => passes),
    drafted: sum(({ drafted }) => drafted),
    accepted: sum(({ accepted }) => accepted),
    byDepth: Array.from({ length: deepest }, (_, depth) => ({
      drafted: sum(({ byDepth }) => byDepth[depth]?.drafted ?? 0),
      reached: sum(({ byDepth }) => byDepth[depth]?.reached ?? 0),
      accepted: sum(({ byDepth }) => byDepth[depth]?.accepted ?? 0),
    })),
    time: {
      draft: time("draft"),
      target: time("target"),
      verify: time("verify"),
      rest: time("rest"),
      total: time("total"),
    },
  });
}

type Counts = Pick<Metrics, "tokens" | "passes" | "drafted" | "accepted" | "time"> & {
  readonly byDepth: readonly Omit<DepthMetrics, "alpha">[];
};

function withRates({ byDepth, ...counts }: Counts): Metrics {
  const { tokens, passes, drafted, accepted } = counts;
  const rate = (part: number, whole: number) => (whole ? part / whole : 0);
  const tokensPerPass = rate(tokens, passes);
  const sum = (of: "reached" | "accepted") => byDepth.reduce((total, depth) => total + depth[of], 0);
  return {
    ...counts,
    tokensPerPass,
    meanAcceptedLength: tokensPerPass,
    acceptanceRate: rate(accepted, drafted),
    alpha: rate(sum("accepted"), sum("reached")),
    byDepth: byDepth.map((depth) => ({ ...depth, alpha: rate(depth.accepted, depth.reached) })),
  };
}
