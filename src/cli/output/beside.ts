import { unlinkSync } from "node:fs";
import { access, constants, lstat, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { failure } from "../../core/errors.js";
import { cannotWrite, codeOf } from "../errors.js";

/** A file that is written beside its place and takes it when it is whole. */
export interface Beside {
  /** As the user wrote it, for messages. */
  readonly name: string;
  /** Where to write. */
  readonly temporary: string;
  commit(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * Makes the temporary file at once: what cannot be written is known before a model is loaded. However the program ends, the
 * file does not stay.
 *
 * @throws a failure that names the path and the way out
 */
export async function beside(name: string): Promise<Beside> {
  const place = await placeOf(name);
  const temporary = join(dirname(place), `.${basename(place)}.${process.pid}.part`);
  try {
    await (await open(temporary, "wx")).close();
  } catch (error) {
    if (codeOf(error) === "ENOENT")
      throw failure(`cannot write ${name}: there is no folder ${dirname(name)}; make it first`, error);
    throw cannotWrite(name, error);
  }
  const remove = () => {
    try {
      unlinkSync(temporary);
    } catch {
      // Gone already.
    }
  };
  process.once("exit", remove);
  return {
    name,
    temporary,
    async commit() {
      try {
        await rename(temporary, place);
      } catch (error) {
        throw cannotWrite(name, error);
      }
      process.off("exit", remove);
    },
    async discard() {
      await rm(temporary, { force: true });
      process.off("exit", remove);
    },
  };
}

/**
 * The real place of a file: links are followed, so that renaming does not replace them.
 *
 * @throws a failure for what is there and cannot be replaced
 */
export async function placeOf(name: string): Promise<string> {
  try {
    if ((await lstat(name)).isSymbolicLink()) return await placeOf(await realpath(name));
    const there = await stat(name);
    if (there.isDirectory())
      throw failure(`cannot write ${name}: it is a folder; name a file in it, or use --output-dir`);
    if (!there.isFile())
      throw failure(`cannot write ${name}: it is not a regular file; use --output-raw > ${name}`);
    await access(name, constants.W_OK);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return name;
    if (codeOf(error)) throw cannotWrite(name, error);
    throw error;
  }
  return name;
}
