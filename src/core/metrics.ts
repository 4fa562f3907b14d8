import { depths } from "./tree.js";
import type { Round } from "./types.js";

/** What a run did, in the field's terms. Times are milliseconds. */
export interface Metrics {
  /** Tokens committed. */
  readonly tokens: number;
  /** Passes of the target, the prefill's included (it commits a token too). */
  readonly passes: number;
  /** Mean accepted length: tokens a target pass, bonus included. Plain decoding has 1. */
  readonly tokensPerPass: number;
  readonly drafted: number;
  readonly accepted: number;
  /** accepted / drafted. */
  readonly acceptanceRate: number;
  /** For each depth: drafts that reached it, and those that stood there. */
  readonly byDepth: readonly { readonly drafted: number; readonly accepted: number }[];
  readonly time: {
    readonly draft: number;
    readonly target: number;
    readonly verify: number;
    readonly rest: number;
    readonly total: number;
  };
}

export interface Meter {
  observe(round: Round): void;
  read(): Metrics;
}

/** Sums rounds up. */
export function createMeter(): Meter {
  const sum = { tokens: 0, passes: 0, drafted: 0, accepted: 0, draft: 0, target: 0, verify: 0, total: 0 };
  const byDepth: { drafted: number; accepted: number }[] = [];
  return {
    observe(round) {
      sum.passes++;
      sum.tokens += round.tokens.length;
      sum.drafted += round.draft.tokens.length;
      sum.accepted += round.verdict.path.length;
      for (const part of ["draft", "target", "verify", "total"] as const) sum[part] += round.timing[part];
      const depth = depths(round.draft);
      const deepest = depth.length ? Math.max(...depth) : -1;
      for (let d = 0; d <= deepest; d++) {
        byDepth[d] ??= { drafted: 0, accepted: 0 };
        byDepth[d].drafted++;
        if (d < round.verdict.path.length) byDepth[d].accepted++;
      }
    },
    read: () => {
      const { tokens, passes, drafted, accepted, draft, target, verify, total } = sum;
      const time = { draft, target, verify, rest: total - draft - target - verify, total };
      return withRates({
        tokens,
        passes,
        drafted,
        accepted,
        byDepth: byDepth.map((counts) => ({ ...counts })),
        time,
      });
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

const withRates = (counts: Omit<Metrics, "tokensPerPass" | "acceptanceRate">): Metrics => ({
  ...counts,
  tokensPerPass: counts.passes ? counts.tokens / counts.passes : 0,
  acceptanceRate: counts.drafted ? counts.accepted / counts.drafted : 0,
});
