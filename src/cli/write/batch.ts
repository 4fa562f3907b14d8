import { usage } from "../../core/errors.js";
import { endingOf } from "../../files/ending.js";
import { checkPlace } from "../../files/place.js";
import type { BatchProgress } from "../../text/batch.js";
import { type Call, makeAll } from "../make.js";
import { openModel } from "../models.js";
import { count, settingOf } from "../report.js";
import { formatOf } from "./format.js";
import { chooseText, guessesOf, WORDS, writtenOf } from "./model.js";
import type { WriteFlags } from "./options.js";
import { referenceOf } from "./prompt.js";
import { type Answer, answerOf, batchReport } from "./report.js";

/** Characters of the bar. */
const WIDTH = 24;

/** Answers the prompts of files into a .jsonl file; what an earlier run wrote into it stays. */
export async function answerBatch(paths: readonly string[], call: Call<WriteFlags>): Promise<void> {
  const { flags, host, talk } = call;
  const file = checkedOutput(flags);
  const warn = (line: string) => talk.note(`foretoken: ${line}`);
  const text = await host.text();
  const records = await text.readPrompts(paths, { warn });
  await checkPlace(file);
  const reference = await referenceOf(flags, host);
  const format = await formatOf(flags, host, text);
  const { name, models } = chooseText(flags, text);
  const model = await openModel(name, models, call);
  const items = text.writeAll(records, {
    ...writtenOf(flags),
    ...guessesOf(flags, flags.plain),
    ...{ model, reference, format, warn, signal: host.signal },
    out: file,
    count: flags.count,
  });
  const began = performance.now();
  let latest: BatchProgress = { done: 0, of: 0, resumed: 0 };
  await makeAll<BatchProgress, Answer>({
    call,
    words: WORDS,
    items,
    outputs: { usesStdout: false, close: async () => {} },
    async make(state, { progress }) {
      latest = state;
      const { written, resumed, of } = state;
      if (!written && resumed > 0 && resumed < of)
        talk.note(`${count(resumed, "answer")} of ${of} are in ${file} already: going on behind them`);
      progress?.(barOf(state, performance.now() - began));
      return written ? [answerOf(written.answer, model)] : [];
    },
    setting: () => settingOf(WORDS, model, flags),
    report: (made, sums) => batchReport(made, sums, { ...latest, file }),
  });
}

function checkedOutput({ output, compare }: WriteFlags): string {
  if (compare) throw usage("--compare is for one prompt, and this is a batch: give one of them by itself");
  if (output === undefined || output === "-")
    throw usage("where should the answers of a batch go? Name a file with -o FILE, such as -o answers.jsonl");
  endingOf(output, ["jsonl"]);
  return output;
}

/** "[======>      ] 12 of 40 answers, 1:20 left" */
export function barOf({ done, of, resumed }: BatchProgress, elapsed: number): string {
  const full = Math.round((WIDTH * done) / of);
  const bar = `${"=".repeat(full)}${" ".repeat(WIDTH - full)}`;
  const made = done - resumed;
  const left = made > 0 ? `, ${clock((elapsed / made) * (of - done))} left` : "";
  return `[${bar}] ${done} of ${count(of, "answer")}${left}`;
}

function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] > 0 ? parts : parts.slice(1);
  return shown.map((part, i) => (i > 0 ? String(part).padStart(2, "0") : String(part))).join(":");
}
