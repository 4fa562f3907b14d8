import { constants, type FileHandle, open } from "node:fs/promises";
import { cannotWrite, writing } from "./problems.js";

/** A text file that grows by whole lines. */
export interface GrowingLines {
  /** The lines that were there. */
  readonly lines: readonly string[];
  /** Resolves when the line is on the disk. @throws a failure that names the file */
  append(line: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file of lines, or makes it. Half a line at its end, left by a program that was ended while it wrote, is cut off.
 *
 * @throws a failure that names the file, and the way out
 */
export async function growingLines(path: string): Promise<GrowingLines> {
  const handle = await writing(path, open(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND));
  try {
    const lines = await wholeLines(handle);
    return {
      lines,
      append: (line) => writing(path, put(handle, `${line}\n`)),
      close: () => writing(path, handle.close()),
    };
  } catch (error) {
    await handle.close();
    throw cannotWrite(path, error);
  }
}

async function wholeLines(handle: FileHandle): Promise<string[]> {
  const bytes = await handle.readFile();
  const end = bytes.lastIndexOf("\n") + 1;
  if (end < bytes.length) await handle.truncate(end);
  return end === 0 ? [] : bytes.toString("utf8", 0, end - 1).split("\n");
}

async function put(handle: FileHandle, text: string): Promise<void> {
  await handle.appendFile(text);
  await handle.datasync();
}
