import type { Writable } from "node:stream";
import { cannotWrite, closed, codeOf } from "./problems.js";

/** Bytes to a stream, as fast as it takes them. @throws `closed()` when its reader has gone away */
export function send(stream: Writable, bytes: Buffer, name: string): Promise<void> {
  if (!bytes.length) return Promise.resolve();
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => {
      if (!error) resolve();
      else reject(isClosed(error) ? closed() : cannotWrite(name, error));
    });
  });
}

const isClosed = (error: Error) =>
  ["EPIPE", "ECONNRESET", "ERR_STREAM_DESTROYED"].includes(codeOf(error) ?? "");
