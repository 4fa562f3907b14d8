import type { Writable } from "node:stream";
import { cannotWrite, closed, codeOf } from "../errors.js";
import { pcm16, type Sink } from "./sink.js";

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

/** What was asked for in words goes to standard output, unless something else goes there. */
export const sendText = (
  text: string,
  { stdout, stderr }: { readonly stdout: Writable; readonly stderr: Writable },
  { usesStdout }: { readonly usesStdout: boolean },
) => send(usesStdout ? stderr : stdout, Buffer.from(`${text}\n`), "standard output");

const isClosed = (error: Error) =>
  ["EPIPE", "ECONNRESET", "ERR_STREAM_DESTROYED"].includes(codeOf(error) ?? "");

/** Samples as s16le to standard output. */
export const rawSink = (stdout: Writable): Sink => ({
  write: (samples) => send(stdout, pcm16(samples), "standard output"),
  close: async () => {},
  abort: async () => {},
});
