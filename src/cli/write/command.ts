import { usage } from "../../core/errors.js";
import type { TextModel, WriteOptions } from "../../text/types.js";
import type { TextLibrary } from "../host.js";
import { type Call, command, type How, makeAll } from "../make.js";
import { openModel } from "../models.js";
import { ALONE } from "../outputs.js";
import { settingOf } from "../report.js";
import { answerBatch } from "./batch.js";
import { formatOf } from "./format.js";
import { chooseText, guessesOf, WORDS, writtenOf } from "./model.js";
import type { WriteFlags } from "./options.js";
import { type AnswerOutputs, openAnswerOutputs } from "./outputs.js";
import { askedFor, referenceOf } from "./prompt.js";
import { type Answer, answerOf, reportOf } from "./report.js";

/** `foretoken write` */
export const writeCommand = command<WriteFlags>(async (call) => {
  const { input, flags, host } = call;
  const asked = await askedFor(input, flags, host);
  await ("batch" in asked ? answerBatch(asked.batch, call) : answer(asked.prompt, call));
});

/** Answers one prompt, as often as is asked for. */
async function answer(prompt: string, call: Call<WriteFlags>): Promise<void> {
  const { flags, host, talk } = call;
  const { count = 1, json, logprobs } = flags;
  if (logprobs !== undefined && !json)
    throw usage("--logprobs needs a place for them: --json, or a batch (-f prompts.jsonl -o answers.jsonl)");
  const entries = Array.from({ length: count }, (_, i) =>
    count > 1 ? { suffix: `-${i + 1}`, caption: "" } : ALONE,
  );
  const outputs = await openAnswerOutputs(flags, entries, host);
  const reference = await referenceOf(flags, host);
  const text = await host.text();
  const format = await formatOf(flags, host, text);
  const { name, models } = chooseText(flags, text);
  const model = await openModel(name, models, call);
  let first: number | undefined;
  const options: WriteOptions = { ...writtenOf(flags), model, reference, format, signal: host.signal };
  await makeAll<number, Answer>({
    call,
    words: WORDS,
    items: entries.map((_, index) => index),
    outputs,
    make: async (index, how) => {
      // Answers that drafters remember from the run before would be guessed whole.
      if (!how.progress && index === 0) model.forget();
      const warn = how.kept && index === 0 ? (line: string) => talk.note(`foretoken: ${line}`) : undefined;
      const onText = () => {
        first ??= performance.now();
      };
      const wanted = { ...options, ...guessesOf(flags, how.plain), stream: index, warn };
      return [await answerOne(prompt, { wanted, onText }, how, { index, text, model, outputs })];
    },
    setting: () => ({ ...settingOf(WORDS, model, flags), weights: flags.weights }),
    report: (answers, sums) => reportOf(answers, sums, first),
  });
}

interface Answering {
  readonly index: number;
  readonly text: TextLibrary;
  readonly model: TextModel;
  readonly outputs: AnswerOutputs;
}

async function answerOne(
  prompt: string,
  { wanted, onText }: { readonly wanted: WriteOptions; readonly onText: () => void },
  { kept, progress }: How,
  { index, text, model, outputs }: Answering,
): Promise<Answer> {
  const sink = kept ? outputs.sink(index) : undefined;
  let tokens = 0;
  try {
    const written = await text.generateText(prompt, {
      ...wanted,
      async onPiece(piece) {
        tokens += piece.tokens.length;
        if (!outputs.isSeen) progress?.(`${tokens} tokens`);
        if (piece.text !== "") onText();
        await sink?.write(piece.text);
      },
    });
    await sink?.end();
    return answerOf(written, model, sink?.file);
  } catch (error) {
    // What is said of it begins a line of its own.
    if (outputs.isSeen) await sink?.end().catch(() => {});
    throw error;
  }
}
