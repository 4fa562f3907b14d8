import { extname } from "node:path";
import { usage } from "../../core/errors.js";
import { decodeUtf8 } from "../../files/text.js";
import type { Host } from "../host.js";
import { readText } from "../input.js";
import type { WriteFlags } from "./options.js";

/** What is to be answered: a text, or the prompts of files. */
export type Asked = { readonly prompt: string } | { readonly batch: readonly string[] };

type PromptFlags = Pick<WriteFlags, "file" | "output" | "raw">;

const isBatchFile = (file: string) => extname(file).toLowerCase() === ".jsonl";

/**
 * The prompt: words of the command line, texts of files behind them, or what is piped in. Files of prompts are a batch.
 *
 * @throws usage errors for a prompt that is missing or empty, and for what does not go together
 */
export async function askedFor(
  words: readonly string[],
  { file: files = [], output, raw = false }: PromptFlags,
  host: Host,
): Promise<Asked> {
  const batch = files.find(isBatchFile);
  const isBatch = batch !== undefined || files.length > 1 || isBatchFile(output ?? "");
  if (words.length === 0 && files.length > 0 && isBatch) return { batch: checkedBatch(files) };
  if (batch !== undefined)
    throw usage(
      `${batch} holds prompts, and there is one beside it: leave that out, or say it with --system`,
    );
  if (words.length === 0 && files.length === 0 && host.stdin.isTTY)
    throw usage(
      'there is no prompt: foretoken write "Why is the sky blue?", -f FILE, or pipe it in (see foretoken write --help)',
    );
  const texts: string[] = words.length > 0 ? [words.join(" ")] : [];
  for (const file of files.length + words.length > 0 ? files : ["-"]) texts.push(await read(file, host));
  const prompt = texts.join("\n\n");
  if (prompt === "" || (!raw && prompt.trim() === ""))
    throw usage(`${nameOf(words, files)} is empty: give some text`);
  return { prompt };
}

/** The text of `--reference`. */
export const referenceOf = async ({ reference }: Pick<WriteFlags, "reference">, host: Host) =>
  reference === undefined ? undefined : readText(reference, host, decodeUtf8);

/** The last line's end is not part of what somebody wrote. */
const read = async (file: string, host: Host) =>
  (await readText(file, host, decodeUtf8)).replace(/\r?\n$/, "");

function nameOf(words: readonly string[], files: readonly string[]): string {
  if (words.length > 0 || files.length > 1) return "the prompt";
  const [file = "-"] = files;
  return file === "-" ? "standard input" : file;
}

function checkedBatch(files: readonly string[]): readonly string[] {
  if (files.includes("-"))
    throw usage("standard input is one prompt, and no batch: give it alone, or files of prompts");
  return files;
}
