import { extname } from "node:path";
import { z } from "zod";
import { defined } from "../core/defined.js";
import { failure, usage } from "../core/errors.js";
import { hint, nearest } from "../core/near.js";
import { numberedLines, readUtf8 } from "../files/text.js";
import { parseJson } from "../runtime/json.js";
import type { TextFormat } from "./format.js";
import type { TextPrompt } from "./prompt.js";
import type { Written } from "./types.js";

/** A prompt of a file, with what the file asks of its answer. */
export interface TextRecord {
  readonly prompt: TextPrompt;
  /** The record's own, if it has one. */
  readonly id?: string | number;
  /** Where it comes from, for messages: "prompts.jsonl, line 3". */
  readonly source: string;
  readonly settings: Pick<
    Written,
    "system" | "raw" | "maxTokens" | "stop" | "seed" | "reference" | "format" | "sampling"
  >;
}

const text = z.string();

const recordShape = {
  id: z.union([z.string(), z.number()]).optional(),
  prompt: text.optional(),
  messages: z.array(z.object({ role: text, content: text })).optional(),
  system: text.optional(),
  raw: z.boolean().optional(),
  max_tokens: z.number().optional(),
  stop: z.union([text, z.array(text)]).optional(),
  seed: z.number().optional(),
  reference: text.optional(),
  json_schema: z.unknown().optional(),
  regex: text.optional(),
  choices: z.array(text).optional(),
  temperature: z.number().optional(),
  top_k: z.number().optional(),
  top_p: z.number().optional(),
  min_p: z.number().optional(),
};

const FORMATS = ["json_schema", "regex", "choices"] as const;

const recordSchema = z
  .looseObject(recordShape)
  .refine(({ prompt, messages }) => (prompt === undefined) !== (messages === undefined), {
    message: 'a record has either "prompt" or "messages"',
  })
  .refine((record) => FORMATS.filter((field) => record[field] !== undefined).length <= 1, {
    message: `a record has at most one of ${FORMATS.join(", ")}`,
  });

const ENDINGS = [".txt", ".md", ".jsonl"];

/**
 * Prompts of files: a .txt or .md file is one prompt; a .jsonl file has a record a line, { prompt } or { messages }, and
 * optionally id, system, raw, max_tokens, stop, seed, reference, temperature, top_k, top_p, min_p, and one of json_schema,
 * regex, choices.
 *
 * @param warn told of fields that look like one of these, misspelt; other fields are left alone
 * @throws a usage error for other files and files without a prompt; failures that name the file, the line and what is wrong
 *
 * @example
 * for await (const { done, of } of writeAll(await readPrompts(["prompts.jsonl"]), { out: "answers.jsonl" })) show(done, of);
 */
export async function readPrompts(
  paths: readonly string[],
  { warn }: { readonly warn?: (line: string) => void } = {},
): Promise<TextRecord[]> {
  const records: TextRecord[] = [];
  for (const path of paths) {
    const ending = extname(path).toLowerCase();
    if (!ENDINGS.includes(ending))
      throw usage(
        `${path} is no file of prompts: ${hint(ending, ENDINGS)}choose one of ${ENDINGS.join(" ")}`,
      );
    const content = await readUtf8(path);
    if (content.trim() === "") throw usage(`${path} is empty: put a prompt into it`);
    if (ending === ".jsonl") records.push(...recordsOf(content, path, warn));
    else records.push({ prompt: content, source: path, settings: {} });
  }
  return records;
}

function recordsOf(content: string, path: string, warn: ((line: string) => void) | undefined): TextRecord[] {
  const strange = new Set<string>();
  return numberedLines(content).map(({ line, number }) => {
    const source = `${path}, line ${number}`;
    const record = parseJson(recordSchema, line, source, {
      isNot: "is no prompt",
      wayOut: 'give a line such as {"prompt": "Why is the sky blue?"}',
    });
    for (const field of Object.keys(record)) {
      const near = Object.hasOwn(recordShape, field) ? undefined : nearest(field, Object.keys(recordShape));
      if (near && !strange.has(field)) warn?.(`${source}: "${field}" is left alone: did you mean ${near}?`);
      strange.add(field);
    }
    return recordOf(record, source);
  });
}

function recordOf(record: z.infer<typeof recordSchema>, source: string): TextRecord {
  const { id, prompt, messages, system, raw, max_tokens: maxTokens, stop, seed, reference } = record;
  const { temperature, top_k: topK, top_p: topP, min_p: minP } = record;
  const given = prompt ?? messages;
  if (given === undefined) throw failure(`${source} has neither "prompt" nor "messages"`);
  const sampling = defined({ temperature, topK, topP, minP });
  const format = formatOf(record);
  return {
    prompt: given,
    id,
    source,
    settings: defined({ system, raw, maxTokens, stop, seed, reference, format, sampling }),
  };
}

function formatOf({
  json_schema: schema,
  regex,
  choices,
}: z.infer<typeof recordSchema>): TextFormat | undefined {
  if (schema !== undefined) return { schema };
  if (regex !== undefined) return { regex };
  return choices && { choices };
}
