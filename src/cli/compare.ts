import { failure } from "../core/errors.js";
import type { SentenceReport } from "../speech/speak.js";
import type { Talk } from "./host.js";
import { columns, type Setting, totals } from "./report.js";
import type { Say } from "./say.js";

/** Each way is taken this often, in turns, and the faster run counts: what else the machine does must not decide. */
const REPEATS = 2;

export interface Comparison {
  readonly units: number;
  /** Milliseconds of the language model, and units a pass. */
  readonly plain: { readonly time: number; readonly unitsPerPass: number };
  readonly speculative: { readonly time: number; readonly unitsPerPass: number };
  /** Times faster. */
  readonly ratio: number;
  /** False: some sentence came out otherwise. */
  readonly same: boolean;
}

/** Says texts plainly and speculatively in turns. `first` hears the first speculative run. */
export async function compare(
  texts: readonly string[],
  say: Say,
  first: Parameters<Say>[1],
  talk: Talk,
): Promise<Comparison> {
  const runs: { plain: SentenceReport[][]; speculative: SentenceReport[][] } = { plain: [], speculative: [] };
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const way of ["plain", "speculative"] as const) {
      talk.progress(`${way}, run ${repeat + 1} of ${REPEATS}`);
      const reports: SentenceReport[] = [];
      const to = way === "speculative" && repeat === 0 ? first : async () => {};
      for (const text of texts) reports.push(...(await say(text, to, { plain: way === "plain" })));
      runs[way].push(reports);
    }
  }
  const [reference] = runs.plain;
  const others = [...runs.plain.slice(1), ...runs.speculative];
  const same = others.every((run) => run.every(({ units }, i) => equal(units, reference[i].units)));
  const [plain, speculative] = [fastest(runs.plain), fastest(runs.speculative)];
  return { units: totals(reference).units, plain, speculative, ratio: plain.time / speculative.time, same };
}

const equal = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((unit, i) => unit === b[i]);

/** The fastest run of each sentence, added up. */
function fastest(runs: readonly SentenceReport[][]) {
  const best = runs[0].map((_, i) => Math.min(...runs.map((run) => run[i].metrics.time.total)));
  return { time: best.reduce((sum, ms) => sum + ms, 0), unitsPerPass: totals(runs[0]).tokensPerPass };
}

export function comparisonTable({ units, plain, speculative, ratio, same }: Comparison): string {
  const row = (name: string, way: Comparison["plain"]) => [
    name,
    `${(way.time / 1000).toFixed(3)} s`,
    `${way.unitsPerPass.toFixed(2)} units a pass`,
  ];
  const verdict = `${units} units, ${same ? "the same both ways" : "not the same both ways"}`;
  return columns([
    row("plain", plain),
    row("speculative", speculative),
    ["ratio", `${ratio.toFixed(2)}x`, verdict],
  ]);
}

/** @throws a failure when the units differ and the verifier promised that they would not */
export function checkComparison({ same }: Comparison, { verifier }: Setting): void {
  if (!same && verifier === "identical") {
    throw failure(
      "the units differ with and without guesses, which --verifier identical rules out: please report this text",
    );
  }
}
