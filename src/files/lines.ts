import { constants, type FileHandle, open, rm } from "node:fs/promises";
import { cannotWrite, codeOf, writing } from "./problems.js";

/** A text file that grows by whole lines. */
export interface GrowingLines {
  /** The lines that were there. */
  readonly lines: readonly string[];
  /** Resolves when the line is on the disk. @throws a failure that names the file */
  append(line: string): Promise<void>;
  /** A file that was made for lines, and got none, does not stay. */
  close(): Promise<void>;
}

/**
 * Opens a file of lines, or makes it. Half a line at its end, left by a program that was ended while it wrote, is cut off when
 * the next one is written: until then nothing in the file changes.
 *
 * @throws a failure that names the file, and the way out
 */
export async function growingLines(path: string): Promise<GrowingLines> {
  const { handle, isNew } = await writing(path, opened(path));
  let isUntouched = true;
  try {
    const bytes = await handle.readFile();
    const end = bytes.lastIndexOf("\n") + 1;
    return {
      lines: end === 0 ? [] : bytes.toString("utf8", 0, end - 1).split("\n"),
      async append(line) {
        if (isUntouched && end < bytes.length) await writing(path, handle.truncate(end));
        isUntouched = false;
        await writing(path, put(handle, `${line}\n`));
      },
      async close() {
        await writing(path, handle.close());
        if (isNew && isUntouched) await rm(path, { force: true });
      },
    };
  } catch (error) {
    await handle.close();
    throw cannotWrite(path, error);
  }
}

async function opened(path: string) {
  const flags = constants.O_RDWR | constants.O_APPEND;
  try {
    return { handle: await open(path, flags), isNew: false };
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    return { handle: await open(path, flags | constants.O_CREAT), isNew: true };
  }
}

async function put(handle: FileHandle, text: string): Promise<void> {
  await handle.appendFile(text);
  await handle.datasync();
}
