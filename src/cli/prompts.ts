import { kindOf, usage } from "../core/errors.js";
import type { Host, Talk } from "./host.js";
import { collect, textSource } from "./input.js";
import type { Entry } from "./outputs.js";

/** Nobody describes one picture or clip in more. */
const MOST_WORDS = 100;
const MOST_LETTERS = 2000;

interface Prompt {
  /** Undefined: none is needed. */
  readonly text?: string;
  /** Of the source, from 1. */
  readonly line: number;
}

/** A picture or clip to be made. */
export interface Job extends Entry {
  readonly prompt: Prompt;
  readonly stream: number;
}

export interface PromptOptions {
  /** A file with a prompt a line. */
  readonly file?: string;
  /** What to say where there is no prompt and nobody pipes any in, and what a prompt should say. */
  readonly missing: string;
  readonly wanted: string;
  /** What there is to go by where none are given. */
  readonly instead?: { readonly prompt?: string };
  /** So many of each prompt, the first of them being this one. */
  readonly count?: number;
  readonly first?: number;
}

/**
 * What is to be made of the prompts of the command line, a file, or standard input: numbered like their lines where there are
 * several, and by count.
 *
 * @throws usage errors for prompts that are empty or too long
 */
export async function readJobs(
  words: readonly string[],
  { count = 1, first = 0, ...options }: PromptOptions,
  host: Host,
): Promise<Job[]> {
  const prompts = await readPrompts(words, options, host);
  return prompts.flatMap((prompt) =>
    Array.from({ length: count }, (_, i) => {
      const numbers = [...(prompts.length > 1 ? [prompt.line] : []), ...(count > 1 ? [i + 1] : [])];
      return {
        prompt,
        stream: first + i,
        suffix: numbers.map((number) => `-${number}`).join(""),
        caption: `${prompt.text ?? ""}${count > 1 ? ` (${i + 1})` : ""}`.trim(),
      };
    }),
  );
}

/** The prompts, white space evened out. */
async function readPrompts(
  words: readonly string[],
  { file, missing, wanted, instead }: PromptOptions,
  host: Host,
): Promise<Prompt[]> {
  if (instead && !words.length && file === undefined) return [{ text: instead.prompt, line: 1 }];
  const source = textSource(words, { file, byLine: file !== undefined, missing }, host);
  const prompts: Prompt[] = [];
  for (const { text, line } of await collect(source.pieces())) {
    const even = text.trim().replace(/\s+/g, " ");
    if (even === "") continue;
    const many = tooMany(even);
    const where = source.name === undefined ? "" : `${source.name}, line ${line}: `;
    if (many)
      throw usage(`${where}the prompt has ${many}: a dozen words count, so give at most ${MOST_WORDS}`);
    prompts.push({ text: even, line });
  }
  if (!prompts.length)
    throw usage(`${source.name === undefined ? "" : `${source.name}: `}the prompt is empty: say ${wanted}`);
  return prompts;
}

function tooMany(text: string): string | undefined {
  const words = text.split(" ").length;
  if (words > MOST_WORDS) return `${words.toLocaleString("en")} words`;
  return text.length > MOST_LETTERS ? `${text.length.toLocaleString("en")} letters` : undefined;
}

/** What reads prompts: a model, or its words alone. */
interface PromptReader<Read> {
  read(prompt: string, style?: string): Read;
  wordless(style?: string): unknown;
}

/** A job whose prompt was read; undefined: there is none. */
export type ReadJob<Read> = Job & { readonly read?: Read };

/**
 * The jobs whose prompt the model can read, what it makes of odd words noted. Of several prompts, the others are noted and left
 * out.
 *
 * @throws the model's error when it can read none
 */
export function readable<Read extends { readonly notes: readonly string[] }>(
  jobs: readonly Job[],
  style: string | undefined,
  reader: PromptReader<Read>,
  talk: Talk,
): ReadJob<Read>[] {
  // A style that is not there is no prompt's fault.
  reader.wordless(style);
  const prompts = [...new Set(jobs.map(({ prompt }) => prompt))];
  const found = new Map<Prompt, Read | undefined>();
  let reason: unknown;
  for (const prompt of prompts) {
    const where = prompts.length > 1 ? `line ${prompt.line}` : undefined;
    try {
      const read = prompt.text === undefined ? undefined : reader.read(prompt.text, style);
      for (const note of read?.notes ?? []) talk.note(`foretoken: ${where ? `${where}: ` : ""}${note}`);
      found.set(prompt, read);
    } catch (error) {
      if (kindOf(error) !== "usage") throw error;
      reason ??= error;
      if (where) talk.note(`foretoken: ${where} is skipped: ${(error as Error).message}`);
    }
  }
  if (!found.size) throw reason;
  return jobs.flatMap((job) => (found.has(job.prompt) ? [{ ...job, read: found.get(job.prompt) }] : []));
}
