import { createHash } from "node:crypto";
import { z } from "zod";
import { about, inRange, usage } from "../core/errors.js";
import { createSampler } from "../core/sampling.js";
import type { Verifier } from "../core/types.js";
import { type GrowingLines, growingLines } from "../files/lines.js";
import { givenOrLoaded } from "../medium/open.js";
import { parseJson } from "../runtime/json.js";
import { whole } from "../runtime/schema.js";
import { identical } from "../verifiers/identical.js";
import { formatKey } from "./format.js";
import { loadText } from "./model.js";
import type { TextRecord } from "./records.js";
import type { TextModel, WriteOptions } from "./types.js";
import { generateText, type WrittenText } from "./write.js";

export interface BatchOptions extends Omit<WriteOptions, "stream"> {
  /** A .jsonl file: a line for each answer is put behind those that are there. */
  readonly out: string;
  /** Answers to each prompt. */
  readonly count?: number;
}

/** How far a batch is. */
export interface BatchProgress {
  /** Answers in the file, and how many there will be. */
  readonly done: number;
  readonly of: number;
  /** Those that an earlier run had written. */
  readonly resumed: number;
  /** What was written just now; undefined at the beginning. */
  readonly written?: { readonly record: TextRecord; readonly answer: WrittenText };
}

/** What a line of the file needs to be known again; what else it says is for its readers. */
const lineSchema = z.looseObject({ record: whole, answer: whole, key: z.string() });

/** An answer that is to be written. */
interface Job {
  readonly record: TextRecord;
  /** Counted from 0: the record's place in the batch, and which of its answers. */
  readonly index: number;
  readonly answer: number;
  /** The same for the same prompt with the same model and settings. */
  readonly key: string;
  readonly options: WriteOptions;
}

/**
 * Answers all records, one line of JSON an answer: { record, answer, id, text, finish, stop, tokens, prompt_tokens, logprobs,
 * passes, ms, key }. A line is written when its answer is complete, and all at once; whatever ended an earlier run, the next
 * one writes what is missing and nothing twice. Each answer has a stream of the seed to itself, so that it does not depend on
 * which were written before.
 *
 * @throws usage errors, before anything is written: for a prompt or setting that cannot be (with the record's source), and for
 * a file with answers to other prompts or of other settings; failures for files that cannot be written
 *
 * @example
 * const records = await readPrompts(["prompts.jsonl"]);
 * for await (const { done, of } of writeAll(records, { out: "answers.jsonl", maxTokens: 200 })) show(done, of);
 */
export async function* writeAll(
  records: readonly TextRecord[],
  { out, count = 1, ...options }: BatchOptions,
): AsyncGenerator<BatchProgress, void, undefined> {
  inRange("count", count, 1, undefined, { whole: true });
  if (records.length === 0) throw usage("there are no prompts: give at least one");
  const model = await givenOrLoaded(options, loadText);
  const jobs = records.flatMap((record, index) => jobsOf(record, index, count, options, model));
  const file = await growingLines(out);
  try {
    const known = knownLines(file, out);
    const missing = jobs.filter((job) => !isWritten(job, known, out));
    for (const job of new Map(missing.map((job) => [job.index, job])).values()) await check(job, model);
    const resumed = jobs.length - missing.length;
    let done = resumed;
    yield { done, of: jobs.length, resumed };
    for (const { record, options, ...job } of missing) {
      const answer = await generateText(record.prompt, options);
      await file.append(lineOf(record, job, answer));
      done++;
      yield { done, of: jobs.length, resumed, written: { record, answer } };
    }
  } finally {
    await file.close();
  }
}

function jobsOf(
  record: TextRecord,
  index: number,
  count: number,
  options: WriteOptions,
  model: TextModel,
): Job[] {
  const sampling = { ...options.sampling, ...record.settings.sampling };
  const all = { ...options, ...record.settings, model, sampling };
  const key = keyOf(record, all, model);
  return Array.from({ length: count }, (_, answer) => ({
    record,
    index,
    answer,
    key,
    options: { ...all, stream: index * count + answer },
  }));
}

/** @throws a usage error for a format that is none */
function keyOf({ prompt, id, source }: TextRecord, options: WriteOptions, { manifest }: TextModel): string {
  const { system, raw, truncate, maxTokens, stop, stopTokens, format } = options;
  const { logprobs, sampling, seed, verifier } = options;
  const its = [manifest.name, manifest.version, manifest.target.graph, judgedBy(verifier)];
  const asked = {
    prompt,
    id,
    system,
    raw,
    truncate,
    maxTokens,
    stop,
    stopTokens,
    format: keyOfFormat(format, source),
    logprobs,
    sampling,
    seed,
  };
  return createHash("sha256")
    .update(JSON.stringify([its, asked]))
    .digest("hex")
    .slice(0, 16);
}

/** Verifiers of one name may be relaxed more or less: their bounds say how far. */
function judgedBy({ name, guarantee }: Verifier = identical()): string {
  return typeof guarantee === "string" ? name : `${name}: ${guarantee.bound}`;
}

function keyOfFormat(format: WriteOptions["format"], source: string): string | undefined {
  try {
    return format === undefined ? undefined : formatKey(format);
  } catch (error) {
    throw about(source, error);
  }
}

type Known = ReadonlyMap<string, { readonly key: string; readonly line: number }>;

const placeOf = (record: number, answer: number) => `${record}.${answer}`;

function knownLines({ lines }: GrowingLines, out: string): Known {
  const messages = { isNot: "is no answer of a batch", wayOut: "name a file that is one, or a new one" };
  return new Map(
    lines.map((line, i) => {
      const { record, answer, key } = parseJson(lineSchema, line, `${out}, line ${i + 1},`, messages);
      return [placeOf(record, answer), { key, line: i + 1 }];
    }),
  );
}

function isWritten({ index, answer, key }: Job, known: Known, out: string): boolean {
  const found = known.get(placeOf(index, answer));
  if (!found) return false;
  if (found.key === key) return true;
  throw usage(
    `${out}, line ${found.line}, answers another prompt, or with other settings: name a new file, or remove that line`,
  );
}

/** @throws as the answer itself would, with the record's source: now rather than in the middle of the night */
async function check({ record, options }: Job, model: TextModel): Promise<void> {
  try {
    createSampler({ ...model.manifest.sampling, ...options.sampling });
    await model.modality.encode({ ...options, prompt: record.prompt, warn: undefined });
  } catch (error) {
    throw about(record.source, error);
  }
}

function lineOf(
  { id }: TextRecord,
  { index, answer, key }: Omit<Job, "record" | "options">,
  made: WrittenText,
) {
  const { text, finish, stop, tokens, promptTokens, logprobs, metrics } = made;
  return JSON.stringify({
    record: index,
    answer,
    id,
    text,
    finish,
    stop,
    tokens: tokens.length,
    prompt_tokens: promptTokens,
    logprobs,
    passes: metrics.passes,
    ms: Math.round(metrics.time.total),
    key,
  });
}
