import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { z } from "zod";
import { failure, usage } from "../core/errors.js";
import { beside } from "../files/place.js";
import { cannotRead, writing } from "../files/problems.js";
import { parsed } from "../runtime/json.js";
import { size, whole } from "../runtime/schema.js";
import type { TextDatastore } from "./datastore.js";
import { tokenArray, type VocabularyId } from "./vocabulary.js";

/** The first line of a datastore's file: JSON, padded so that what follows is aligned; then tokens, padded, then suffixes. */
const headSchema = z.object({
  format: z.literal("foretoken datastore 1"),
  model: z.string(),
  tokenizer: z.string(),
  vocabularySize: size,
  /** Where a document ends. */
  separators: z.array(whole).readonly(),
  documents: whole,
  tokens: size,
  suffixes: whole,
});

type Head = z.infer<typeof headSchema>;

/** What comes behind the head, and behind the tokens, begins at a multiple of this. */
const ALIGNED = 8;
const LONGEST_HEAD = 4096;
const aligned = (bytes: number) => Math.ceil(bytes / ALIGNED) * ALIGNED;

/**
 * Writes a datastore into a file, whole or not at all: numbers of 16 or 32 bits as this machine keeps them (little-endian).
 *
 * @throws a failure that names the file
 */
export async function writeDatastore(path: string, store: TextDatastore): Promise<void> {
  const { tokens, suffixes, vocabulary, documents, separators = [] } = store;
  const head = JSON.stringify({
    format: "foretoken datastore 1",
    model: vocabulary.model,
    tokenizer: vocabulary.tokenizer,
    vocabularySize: vocabulary.size,
    separators,
    documents,
    tokens: tokens.length,
    suffixes: suffixes.length,
  } satisfies Head);
  const file = await beside(path);
  try {
    await writing(path, write(file.temporary, head, [tokens, suffixes]));
    await file.commit();
  } finally {
    await file.discard();
  }
}

async function write(path: string, head: string, arrays: readonly ArrayBufferView[]): Promise<void> {
  const handle = await open(path, "w");
  try {
    const bytes = aligned(Buffer.byteLength(head) + 1);
    await handle.writeFile(`${head}${" ".repeat(bytes - 1 - Buffer.byteLength(head))}\n`);
    for (const { buffer, byteOffset, byteLength } of arrays) {
      await handle.writeFile(new Uint8Array(buffer, byteOffset, byteLength));
      await handle.writeFile(new Uint8Array(aligned(byteLength) - byteLength));
    }
  } finally {
    await handle.close();
  }
}

/**
 * Reads a datastore: its arrays are views of the file's bytes, which are read once and not copied.
 *
 * @param wanted the vocabulary of the model that is to use it
 * @throws a usage error that names both models for a datastore of another tokenizer; failures for files that are none, or torn
 *
 * @example
 * const store = openDatastore("notes.fds", vocabularyOf(model.manifest));
 * for await (const { text } of write("What do my notes say?", { model, drafter: rest(store) })) show(text);
 */
export function openDatastore(path: string, wanted: VocabularyId): TextDatastore {
  const { head, bytes } = readFile(path);
  const { model, tokenizer, vocabularySize, separators, documents } = head;
  if (tokenizer !== wanted.tokenizer)
    throw usage(
      `${path} is made of the tokens of the model "${model}" (tokenizer ${short(tokenizer)}), and "${wanted.model}" has another tokenizer (${short(wanted.tokenizer)}): build it again with the model ${wanted.model}`,
    );
  const Tokens = tokenArray(vocabularySize);
  const tokens = new Tokens(bytes.buffer, 0, head.tokens);
  const suffixes = new Uint32Array(bytes.buffer, aligned(tokens.byteLength), head.suffixes);
  if (!isBelow(tokens, vocabularySize) || !isBelow(suffixes, tokens.length))
    throw failure(`${path} is broken: it has numbers that are out of range; build it again`);
  const vocabulary = { model, tokenizer, size: vocabularySize };
  return { tokens, suffixes, vocabularySize, separators, vocabulary, documents };
}

const short = (hash: string) => hash.slice(0, 8);

/** A loop, since these are millions: `every` takes ten times as long. */
function isBelow(array: Uint16Array | Uint32Array, limit: number): boolean {
  for (let i = 0; i < array.length; i++) if (array[i] >= limit) return false;
  return true;
}

function readFile(path: string) {
  const file = reading(path, () => openSync(path, "r"));
  try {
    const total = reading(path, () => fstatSync(file)).size;
    const start = new Uint8Array(Math.min(total, LONGEST_HEAD));
    reading(path, () => readFully(file, start, 0));
    const end = start.indexOf(0x0a) + 1;
    const head = parseHead(Buffer.from(start.subarray(0, end)).toString(), path);
    const width = tokenArray(head.vocabularySize).BYTES_PER_ELEMENT;
    const expected = aligned(width * head.tokens) + aligned(4 * head.suffixes);
    if (total !== end + expected)
      throw failure(`${path} has ${total} bytes, expected ${end + expected}: it is torn; build it again`);
    const bytes = new Uint8Array(expected);
    reading(path, () => readFully(file, bytes, end));
    return { head, bytes };
  } finally {
    closeSync(file);
  }
}

function parseHead(line: string, path: string): Head {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    // Said below: to those who made it a datastore is no JSON.
  }
  return parsed(
    headSchema,
    json,
    (field, what) =>
      `${path} is no datastore${field && ` (${field}: ${what})`}: give a file that foretoken datastore build has made`,
  );
}

function reading<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw cannotRead(path, error);
  }
}

/** A single read gives no more than 2 GB. */
const MOST_READ = 2 ** 30;

function readFully(file: number, into: Uint8Array, position: number): void {
  for (let at = 0; at < into.length; ) {
    const read = readSync(file, into, at, Math.min(MOST_READ, into.length - at), position + at);
    if (read === 0) throw new Error("it ends before its end");
    at += read;
  }
}
