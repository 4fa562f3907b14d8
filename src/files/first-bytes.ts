import { open } from "node:fs/promises";
import { failure } from "../core/errors.js";
import { reading } from "./problems.js";

/** The start of a file, to see what it is. @throws failures for what cannot be read, or is empty */
export async function firstBytes(path: string, count: number): Promise<Buffer> {
  const file = await reading(path, open(path));
  try {
    const { buffer, bytesRead } = await reading(path, file.read(Buffer.alloc(count), 0, count, 0));
    if (!bytesRead) throw failure(`${path} is empty`);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
