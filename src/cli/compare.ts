import { failure } from "../core/errors.js";
import { addMetrics } from "../core/metrics.js";
import type { Talk } from "./host.js";
import { columns, type Row, type Words, type Work } from "./report.js";

/** Each way is taken this often, in turns, and the faster run counts: what else the machine does must not decide. */
const REPEATS = 2;

/** Makes an item. `kept`: the first speculative time, when it is heard or seen. */
type Make<Item> = (item: Item, how: { plain: boolean; kept: boolean }) => Promise<readonly Work[]>;

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

/** Makes all items plainly and speculatively in turns. */
export async function compare<Item>(
  items: readonly Item[],
  make: Make<Item>,
  talk: Talk,
): Promise<Comparison> {
  const runs = { plain: [] as (readonly Work[])[], speculative: [] as (readonly Work[])[] };
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const way of ["plain", "speculative"] as const) {
      talk.progress(`${way}, run ${repeat + 1} of ${REPEATS}`);
      const how = { plain: way === "plain", kept: way === "speculative" && repeat === 0 };
      const made: Work[] = [];
      for (const item of items) made.push(...(await make(item, how)));
      runs[way].push(made);
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

const together = (run: readonly Work[]) => ({
  tokens: run.reduce((sum, { tokens }) => sum + tokens.length, 0),
  perPass: addMetrics(run.map(({ metrics }) => metrics)).tokensPerPass,
});

/** The fastest run of each sentence or picture, added up. */
function fastest(runs: readonly (readonly Work[])[]): Figures {
  const best = runs[0].map((_, i) => Math.min(...runs.map((run) => run[i].metrics.time.total)));
  return { time: best.reduce((sum, ms) => sum + ms, 0), perPass: together(runs[0]).perPass };
}

export function comparisonTable(
  { tokens, plain, speculative, ratio, same }: Comparison,
  words: Words,
): string {
  const row = (name: string, way: Figures): Row => [
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

/** The failure of a verifier that promised the same tokens. */
export const differing = ({ tokens, input }: Words) =>
  failure(
    `the ${tokens} differ with and without guesses, which --verifier identical rules out: please report this ${input}`,
  );
