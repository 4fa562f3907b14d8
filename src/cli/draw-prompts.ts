import { usage } from "../core/errors.js";
import type { ImageModel } from "../image/model.js";
import { kindOf } from "./errors.js";
import type { DrawFlags } from "./flags.js";
import type { Host, Talk } from "./host.js";
import { textSource } from "./input.js";
import { collect } from "./sayable.js";

/** Nobody describes one picture in more. */
const MOST_WORDS = 100;
const MOST_LETTERS = 2000;

const MISSING =
  'there is no prompt: foretoken draw "a red apple" -o apple.png, -f FILE, or pipe it in (see foretoken draw --help)';

export interface Prompt {
  /** Undefined: none is needed. */
  readonly text?: string;
  /** Of the source, from 1. */
  readonly line: number;
}

/**
 * The prompts of the command line, a file, or standard input, white space evened out.
 *
 * @param instead what there is to go by where none are given
 * @throws usage errors for prompts that are empty or too long
 */
export async function readPrompts(
  words: readonly string[],
  flags: DrawFlags,
  host: Host,
  instead?: { readonly prompt?: string },
): Promise<Prompt[]> {
  if (instead && !words.length && flags.file === undefined) return [{ text: instead.prompt, line: 1 }];
  const byLine = flags.file !== undefined;
  const source = textSource(words, { file: flags.file, byLine, missing: MISSING }, host);
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
    throw usage(
      `${source.name === undefined ? "" : `${source.name}: `}the prompt is empty: say what to draw`,
    );
  return prompts;
}

function tooMany(text: string): string | undefined {
  const words = text.split(" ").length;
  if (words > MOST_WORDS) return `${words.toLocaleString("en")} words`;
  return text.length > MOST_LETTERS ? `${text.length.toLocaleString("en")} letters` : undefined;
}

/**
 * The prompts that the model can read, what it makes of odd words noted. Of several, the others are noted and left out.
 *
 * @throws the model's error when it can read none
 */
export function readable(
  prompts: readonly Prompt[],
  style: string | undefined,
  model: ImageModel,
  talk: Talk,
): Prompt[] {
  // A style that is not there is no prompt's fault.
  model.wordless(style);
  let reason: unknown;
  const found = prompts.filter(({ text, line }) => {
    const where = prompts.length > 1 ? `line ${line}` : undefined;
    try {
      for (const note of text === undefined ? [] : model.read(text, style).notes)
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
