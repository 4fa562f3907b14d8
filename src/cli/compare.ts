import { failure } from "../core/errors.js";
import { addMetrics, type Metrics } from "../core/metrics.js";
import type { Talk } from "./host.js";
import { columns } from "./report.js";

/** Each way is taken this often, in turns, and the faster run counts: what else the machine does must not decide. */
const REPEATS = 2;

/** What one sentence or picture came to. */
export interface Made {
  readonly tokens: readonly number[];
  readonly metrics: Metrics;
}

export type Way = "plain" | "speculative";

/** Makes all there is to make in one way. `first`: the first speculative run, the one that is heard or seen. */
export type Make = (way: Way, first: boolean) => Promise<readonly Made[]>;

interface Figures {
  /** Milliseconds of the language model. */
  readonly time: number;
  readonly perPass: number;
}

export interface Comparison {
  readonly tokens: number;
  readonly plain: Figures;
  readonly speculative: Figures;
  /** Times faster. */
  readonly ratio: number;
  /** False: some sentence or picture came out otherwise. */
  readonly same: boolean;
}

/** Makes things plainly and speculatively in turns. */
export async function compare(make: Make, talk: Talk): Promise<Comparison> {
  const runs: Record<Way, (readonly Made[])[]> = { plain: [], speculative: [] };
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const way of ["plain", "speculative"] as const) {
      talk.progress(`${way}, run ${repeat + 1} of ${REPEATS}`);
      runs[way].push(await make(way, way === "speculative" && repeat === 0));
    }
  }
  const [reference] = runs.plain;
  const others = [...runs.plain.slice(1), ...runs.speculative];
  const same = others.every((run) => run.every(({ tokens }, i) => equal(tokens, reference[i].tokens)));
  const [plain, speculative] = [fastest(runs.plain), fastest(runs.speculative)];
  const { tokens } = together(reference);
  return { tokens, plain, speculative, ratio: plain.time / speculative.time, same };
}

const equal = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((token, i) => token === b[i]);

const together = (run: readonly Made[]) => ({
  tokens: run.reduce((sum, { tokens }) => sum + tokens.length, 0),
  perPass: addMetrics(run.map(({ metrics }) => metrics)).tokensPerPass,
});

/** The fastest run of each sentence or picture, added up. */
function fastest(runs: readonly (readonly Made[])[]): Figures {
  const best = runs[0].map((_, i) => Math.min(...runs.map((run) => run[i].metrics.time.total)));
  return { time: best.reduce((sum, ms) => sum + ms, 0), perPass: together(runs[0]).perPass };
}

/** What the medium calls its tokens, and what it makes them from. */
export interface Words {
  readonly tokens: string;
  readonly input: string;
}

export function comparisonTable(
  { tokens, plain, speculative, ratio, same }: Comparison,
  words: Words,
): string {
  const row = (name: string, way: Figures) => [
    name,
    `${(way.time / 1000).toFixed(3)} s`,
    `${way.perPass.toFixed(2)} ${words.tokens} a pass`,
  ];
  const verdict = `${tokens} ${words.tokens}, ${same ? "the same both ways" : "not the same both ways"}`;
  return columns([
    row("plain", plain),
    row("speculative", speculative),
    ["ratio", `${ratio.toFixed(2)}x`, verdict],
  ]);
}

/** The comparison as an object, its fields named after the medium's tokens. */
export function comparisonJson({ tokens, plain, speculative, ...rest }: Comparison, words: Words) {
  const figures = ({ time, perPass }: Figures) => ({ time, [`${words.tokens}PerPass`]: perPass });
  return { [words.tokens]: tokens, plain: figures(plain), speculative: figures(speculative), ...rest };
}

/** @throws a failure when the tokens differ and the verifier promised that they would not */
export function checkComparison({ same }: Comparison, verifier: string, { tokens, input }: Words): void {
  if (!same && verifier === "identical") {
    throw failure(
      `the ${tokens} differ with and without guesses, which --verifier identical rules out: please report this ${input}`,
    );
  }
}
