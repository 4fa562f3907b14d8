import { send } from "../files/stream.js";
import { compare, comparisonJson, comparisonTable, differing } from "./compare.js";
import { createTalk, type Host, type Talk } from "./host.js";
import { collect } from "./input.js";
import {
  addWork,
  type Report,
  type Setting,
  statsTable,
  type Words,
  type Work,
  type WorkTotals,
} from "./report.js";

/** What all commands do alike: read, place, choose and open a model are functions beside this; here all is made and told of. */

/** What a command is called with. */
export interface Call<Flags, Input = readonly string[]> {
  readonly input: Input;
  readonly flags: Flags;
  readonly host: Host;
  readonly talk: Talk;
}

/** A command of the program: however it ends, no line of progress stays. */
export const command =
  <Flags extends { readonly quiet?: boolean }, Input = readonly string[]>(
    run: (call: Call<Flags, Input>) => Promise<void>,
  ) =>
  async (input: Input, flags: Flags, host: Host): Promise<void> => {
    const talk = createTalk(host.stderr, flags.quiet);
    try {
      await run({ input, flags, host, talk });
    } finally {
      talk.clear();
    }
  };

/** The options that say how all is made, and what is told of it. */
interface MakingFlags {
  readonly plain?: boolean;
  readonly compare?: boolean;
  readonly json?: boolean;
  readonly stats?: boolean;
}

/** How one item is made. */
export interface How {
  readonly plain?: boolean;
  /** It goes where it belongs; what is only compared goes nowhere. */
  readonly kept: boolean;
  /** Shows how far it is; undefined in a comparison. */
  readonly progress?: (line: string) => void;
}

export interface Making<Item, Made extends Work> {
  readonly call: Call<MakingFlags, unknown>;
  readonly words: Words;
  /** Items that arrive over time are made as they come. */
  readonly items: readonly Item[] | AsyncIterable<Item>;
  readonly outputs: {
    /** True: standard output carries what is made, and nothing else may go there. */
    readonly usesStdout: boolean;
    /** All is there. */
    close(): Promise<void>;
  };
  make(item: Item, how: How): Promise<readonly Made[]>;
  setting(): Setting | Promise<Setting>;
  report(made: readonly Made[], sums: WorkTotals): Report;
}

/** Makes all there is to make, or compares it with plain decoding, and says what came of it. */
export async function makeAll<Item, Made extends Work>(making: Making<Item, Made>): Promise<void> {
  const { call, words, items, outputs, make } = making;
  const { flags, host, talk } = call;
  const tell = (text: string) =>
    send(outputs.usesStdout ? host.stderr : host.stdout, Buffer.from(`${text}\n`), "standard output");
  const comparison = flags.compare ? await compare(await collect(items), make, talk) : undefined;
  const made = comparison ? [] : await oneByOne(making);
  await outputs.close();
  const setting = await making.setting();
  talk.clear();
  if (comparison) {
    const json = () => JSON.stringify({ ...setting, ...comparisonJson(comparison, words) });
    await tell(flags.json ? json() : comparisonTable(comparison, words));
    if (!comparison.same && setting.verifier === "identical") throw differing(words);
    return;
  }
  const sums = addWork(made);
  const report = making.report(made, sums);
  if (flags.json) await tell(JSON.stringify({ ...setting, ...report.json }));
  if (flags.stats) host.stderr.write(`${statsTable(setting, sums, report, words)}\n`);
  else if (!(flags.json && outputs.usesStdout)) talk.note(report.summary);
}

/** Makes the items, showing how far it is. */
async function oneByOne<Item, Made extends Work>({
  call: { flags, talk },
  words,
  items,
  make,
}: Making<Item, Made>): Promise<Made[]> {
  const made: Made[] = [];
  const many = words.item && Array.isArray(items) && items.length > 1 ? items.length : undefined;
  let index = 0;
  for await (const item of items) {
    const prefix = many ? `${words.item} ${++index} of ${many}, ` : "";
    const progress = (line: string) => talk.progress(`${prefix}${line}`);
    made.push(...(await make(item, { plain: flags.plain, kept: true, progress })));
  }
  return made;
}
