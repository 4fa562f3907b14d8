import { kindOf, usage } from "../core/errors.js";
import type { Host, Talk } from "./host.js";
import { textSource } from "./input.js";
import type { Entry } from "./places.js";
import { collect } from "./speak/text.js";

/** Nobody describes one picture or clip in more. */
const MOST_WORDS = 100;
const MOST_LETTERS = 2000;

export interface Prompt {
  /** Undefined: none is needed. */
  readonly text?: string;
  /** Of the source, from 1. */
  readonly line: number;
}

export interface PromptOptions {
  /** A file with a prompt a line. */
  readonly file?: string;
  /** What to say where there is no prompt and nobody pipes any in, and what a prompt should say. */
  readonly missing: string;
  readonly wanted: string;
  /** What there is to go by where none are given. */
  readonly instead?: { readonly prompt?: string };
}

/**
 * The prompts of the command line, a file, or standard input, white space evened out.
 *
 * @throws usage errors for prompts that are empty or too long
 */
export async function readPrompts(
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
export interface PromptReader {
  read(prompt: string, style?: string): { readonly notes: readonly string[] };
  wordless(style?: string): unknown;
}

/**
 * The prompts that the model can read, what it makes of odd words noted. Of several, the others are noted and left out.
 *
 * @throws the model's error when it can read none
 */
export function readable(
  prompts: readonly Prompt[],
  style: string | undefined,
  reader: PromptReader,
  talk: Talk,
): Prompt[] {
  // A style that is not there is no prompt's fault.
  reader.wordless(style);
  let reason: unknown;
  const found = prompts.filter(({ text, line }) => {
    const where = prompts.length > 1 ? `line ${line}` : undefined;
    try {
      for (const note of text === undefined ? [] : reader.read(text, style).notes)
        talk.note(`foretoken: ${where ? `${where}: ` : ""}${note}`);
      return true;
    } catch (error) {
      if (kindOf(error) !== "usage") throw error;
      reason ??= error;
      if (where) talk.note(`foretoken: ${where} is skipped: ${(error as Error).message}`);
      return false;
    }
  });
  if (!found.length) throw reason;
  return found;
}

/** A picture or clip to be made. */
export interface Job extends Entry {
  readonly prompt: Prompt;
  readonly stream: number;
}

/** Those of each prompt, numbered like its lines where there are several, and by count. */
export function jobsOf(prompts: readonly Prompt[], count = 1, first = 0): Job[] {
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
