import { open } from "node:fs/promises";
import { failure } from "../core/errors.js";
import { cannotRead, codeOf } from "./problems.js";

/** The start of a file, to see what it is. @throws failures for what cannot be read, or is empty */
export async function firstBytes(path: string, count: number): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0);
      if (!bytesRead) throw failure(`${path} is empty`);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw codeOf(error) ? cannotRead(path, error) : error;
  }
}
