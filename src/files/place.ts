import { rmSync } from "node:fs";
import { access, constants, lstat, open, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Writable } from "node:stream";
import { failure } from "../core/errors.js";
import { cannotWrite, codeOf, writing } from "./problems.js";
import { send } from "./stream.js";

/** Where a file goes that is written in one piece. */
export interface Place {
  /** As the user wrote it, for messages. */
  readonly name: string;
  /** Writes all of it. */
  fill(content: string | Uint8Array): Promise<void>;
  /** Removes what is there of it so far. */
  discard(): Promise<void>;
}

/** A file that is written beside its place and takes it when it is whole. */
export interface Beside extends Place {
  /** Where to write. */
  readonly temporary: string;
  commit(): Promise<void>;
}

/** A stream that a file's bytes go to while they are made; it is not ended. */
export interface StreamPlace extends Place {
  readonly stream: Writable;
}

/**
 * @param name of what is written, for messages
 *
 * @example
 * const sink = await soundWriter("wav", "speech.wav", process.env)(streamTo(response, "speech.wav"), 22050);
 */
export const streamTo = (stream: Writable, name: string): StreamPlace => ({
  name,
  stream,
  fill: (content) => send(stream, Buffer.from(content), name),
  discard: async () => {},
});

/** What the message says to do where a folder, or something else that is no file, has the name. */
export interface WayOut {
  readonly folder: string;
  readonly special: string;
}

/** For files that have one place only. */
const FOR_FILES: WayOut = { folder: "name a file in it", special: "name a file instead of" };

/** Where something is written before it takes its place. */
export const temporaryFor = (place: string) =>
  join(dirname(place), `.${basename(place)}.${process.pid}.part`);

/** Removes a temporary file or folder when the program ends, however it does, unless it is kept by then. */
export function removeAtExit(temporary: string) {
  const options = { recursive: true, force: true };
  const remove = () => {
    try {
      rmSync(temporary, options);
    } catch {
      // The program ends all the same.
    }
  };
  process.once("exit", remove);
  const keep = () => void process.off("exit", remove);
  const discard = async () => {
    await rm(temporary, options);
    keep();
  };
  return { keep, discard };
}

/**
 * Makes the temporary file at once: what cannot be written is known before a model is loaded. However the program ends, the
 * file does not stay.
 *
 * @throws a failure that names the path and the way out
 */
export async function beside(name: string, wayOut?: WayOut): Promise<Beside> {
  const place = await placeOf(name, wayOut);
  const temporary = temporaryFor(place);
  try {
    await (await open(temporary, "wx")).close();
  } catch (error) {
    if (codeOf(error) === "ENOENT")
      throw failure(`cannot write ${name}: there is no folder ${dirname(name)}; make it first`, error);
    throw cannotWrite(name, error);
  }
  const { keep, discard } = removeAtExit(temporary);
  const commit = async () => {
    await writing(name, rename(temporary, place));
    keep();
  };
  const fill = async (content: string | Uint8Array) => {
    await writing(name, writeFile(temporary, content));
    await commit();
  };
  return { name, temporary, commit, fill, discard };
}

/** Creates and removes a file beside the place, to fail early. @throws as `beside` */
export const checkPlace = async (name: string, wayOut?: WayOut): Promise<void> =>
  (await beside(name, wayOut)).discard();

/**
 * Writes a whole file: its old content stays until the new one is complete.
 *
 * @throws as `beside`
 *
 * @example
 * await writeWhole("cat.png", png);
 */
export async function writeWhole(name: string, content: string | Uint8Array, wayOut?: WayOut): Promise<void> {
  const file = await beside(name, wayOut);
  try {
    await file.fill(content);
  } finally {
    await file.discard();
  }
}

/**
 * The real place of a file: links are followed, so that renaming does not replace them.
 *
 * @throws a failure for what is there and cannot be replaced
 */
export async function placeOf(name: string, wayOut = FOR_FILES): Promise<string> {
  try {
    if ((await lstat(name)).isSymbolicLink()) return await placeOf(await realpath(name), wayOut);
    const there = await stat(name);
    if (there.isDirectory()) throw failure(`cannot write ${name}: it is a folder; ${wayOut.folder}`);
    if (!there.isFile())
      throw failure(`cannot write ${name}: it is not a regular file; ${wayOut.special} ${name}`);
    await access(name, constants.W_OK);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return name;
    if (codeOf(error)) throw cannotWrite(name, error);
    throw error;
  }
  return name;
}
