import { createReadStream } from "node:fs";
import { addAbortSignal, type Readable } from "node:stream";
import { failure, usage } from "../core/errors.js";
import { cannotRead } from "../files/problems.js";
import { decodeText } from "../files/text.js";
import type { Host } from "./host.js";

/** Bytes of one text: more than any book has, and little enough for memory. */
const LONGEST = 16 * 2 ** 20;

export interface Piece {
  readonly text: string;
  /** Of the source, from 1; 1 for a text that is taken as a whole. */
  readonly line: number;
}

export interface TextSource {
  /** For messages; undefined: words of the command line. */
  readonly name?: string;
  /** True: pieces arrive over time. */
  readonly live: boolean;
  /** True: every line is a piece. */
  readonly byLine: boolean;
  pieces(): AsyncIterable<Piece>;
}

export interface TextOptions {
  readonly file?: string;
  /** What to say when there is no text and nobody pipes any in. */
  readonly missing?: string;
  /** Every line is a piece, also where the text could be taken as a whole. */
  readonly byLine?: boolean;
}

const NO_TEXT =
  'there is no text: foretoken speak "Hello there.", -f FILE, or pipe it in (see foretoken speak --help)';

/** Text from the words of the command line, a file, or standard input. */
export function textSource(
  words: readonly string[],
  { file, byLine = false, missing = NO_TEXT }: TextOptions,
  host: Host,
): TextSource {
  if (words.length && file !== undefined)
    throw usage("text was given twice: as arguments and with -f; choose one");
  if (words.length) {
    const bytes = Buffer.from(words.join(" "));
    return { live: false, byLine, pieces: () => pieces([bytes], "the text", byLine) };
  }
  if (file !== undefined && file !== "-") {
    const chunks = () => readable(createReadStream(file), file, host.signal);
    return { name: file, live: false, byLine, pieces: () => pieces(chunks(), file, byLine) };
  }
  if (host.stdin.isTTY && file !== "-") throw usage(missing);
  const name = "standard input";
  return {
    name,
    live: true,
    byLine: true,
    pieces: () => pieces(readable(host.stdin, name, host.signal), name, true),
  };
}

async function* readable(stream: Readable, name: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* addAbortSignal(signal, stream);
  } catch (error) {
    throw cannotRead(name, error);
  }
}

type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

async function* pieces(chunks: Chunks, name: string, byLine: boolean): AsyncGenerator<Piece> {
  if (byLine) {
    for await (const { bytes, line, offset } of lines(chunks, name))
      yield { text: decodeText(bytes, name, offset), line };
    return;
  }
  yield { text: decodeText(await whole(chunks, name), name), line: 1 };
}

async function whole(chunks: Chunks, name: string): Promise<Buffer> {
  const all: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size = checked(size + chunk.length, name);
    all.push(chunk);
  }
  return Buffer.concat(all);
}

/** All of a text file, or of standard input for `-`. @param decode control characters are left out, unless it keeps them */
export async function readText(file: string, host: Host, decode = decodeText): Promise<string> {
  const [name, stream] = file === "-" ? ["standard input", host.stdin] : [file, createReadStream(file)];
  return decode(await whole(readable(stream, name, host.signal), name), name);
}

/** Lines as they arrive, without their ends. */
async function* lines(chunks: Chunks, name: string) {
  let parts: Uint8Array[] = [];
  let size = 0;
  let line = 1;
  let offset = 0;
  const take = () => {
    const bytes = Buffer.concat(parts);
    parts = [];
    size = 0;
    return { bytes: bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes, line: line++, offset };
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, at));
      const length = size + at - from + 1;
      yield take();
      offset += length;
      from = at + 1;
    }
    parts.push(chunk.subarray(from));
    size = checked(size + chunk.length - from, name);
  }
  if (size > 0) yield take();
}

function checked(size: number, name: string): number {
  if (size > LONGEST) throw failure(`${name} holds more than ${LONGEST >> 20} MB in one go: split it up`);
  return size;
}

export async function collect<T>(items: Iterable<T> | AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
