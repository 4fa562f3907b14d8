import type { Writable } from "node:stream";
import { send } from "../files/stream.js";

/** What was asked for in words goes to standard output, unless something else goes there. */
export const sendText = (
  text: string,
  { stdout, stderr }: { readonly stdout: Writable; readonly stderr: Writable },
  { usesStdout }: { readonly usesStdout: boolean },
) => send(usesStdout ? stderr : stdout, Buffer.from(`${text}\n`), "standard output");
