import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import { failure } from "../core/errors.js";
import { reading } from "./problems.js";

const REPLACEMENT = Buffer.from("\uFFFD");

/** Offset of the first byte that belongs to no UTF-8 character; -1: there is none. */
export function firstInvalid(bytes: Buffer): number {
  if (isUtf8(bytes)) return -1;
  // Decoding puts U+FFFD for what is invalid; a U+FFFD of the text itself is there in the bytes, too.
  const text = bytes.toString("utf8");
  for (let at = text.indexOf("\uFFFD"); at >= 0; at = text.indexOf("\uFFFD", at + 1)) {
    const offset = Buffer.byteLength(text.slice(0, at));
    if (!bytes.subarray(offset, offset + REPLACEMENT.length).equals(REPLACEMENT)) return offset;
  }
  return -1;
}

/** Colours and the like (ECMA-48 control sequences): their letters would be spoken. */
const SEQUENCES = /[^\P{Cc}\s]\[[0-?]*[ -/]*[@-~]/gu;
/** Control characters, save those that end lines, pages or words. */
const CONTROLS = /[^\P{Cc}\t\n\f\r]/gu;

/**
 * UTF-8 -> text without byte order mark, and nothing else changed.
 *
 * @param offset of these bytes in the whole, for the message
 * @throws a failure that names the first wrong byte
 */
export function decodeUtf8(bytes: Buffer, name: string, offset = 0): string {
  const invalid = firstInvalid(bytes);
  if (invalid >= 0) {
    const [first, second] = bytes;
    const wide = offset === 0 && ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff));
    const byte = bytes[invalid].toString(16).padStart(2, "0");
    const what = wide ? "it looks like UTF-16" : `byte ${offset + invalid} is 0x${byte}`;
    throw failure(`${name} is not valid UTF-8: ${what}; save it as UTF-8`);
  }
  const text = bytes.toString("utf8");
  return offset === 0 && text.startsWith("\uFEFF") ? text.slice(1) : text;
}

/** The text of a file. @throws failures that name it: it cannot be read, or is no UTF-8 */
export const readUtf8 = async (path: string): Promise<string> =>
  decodeUtf8(await reading(path, readFile(path)), path);

/** Lines that have something in them, with their numbers from 1 on. */
export const numberedLines = (text: string): { readonly line: string; readonly number: number }[] =>
  text
    .split("\n")
    .map((line, i) => ({ line, number: i + 1 }))
    .filter(({ line }) => line.trim() !== "");

/** `decodeUtf8`, and without control characters. */
export const decodeText = (bytes: Buffer, name: string, offset = 0): string =>
  decodeUtf8(bytes, name, offset).replace(SEQUENCES, "").replace(CONTROLS, "");

/** A text for a terminal: control characters, which would move its cursor or change its colours, are shown as U+FFFD. */
export const visible = (text: string): string => text.replace(/[^\P{Cc}\t\n]/gu, "\uFFFD");
