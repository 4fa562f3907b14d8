import { createInterface } from "node:readline";
import { leave } from "../../files/problems.js";
import { type Host, orAbort } from "../host.js";
import { textSource } from "../input.js";

/** What a person says, line by line. */
export interface Lines {
  /** True: somebody sits there and types. */
  readonly isTyped: boolean;
  /** The next line; undefined: there are no more. @throws the reason of an interruption */
  next(): Promise<string | undefined>;
  /** What Ctrl-C stops, for as long as it is under way; without it Ctrl-C leaves. */
  stops(stop: (() => void) | undefined): void;
  close(): void;
}

export const openLines = (host: Host): Lines =>
  host.stdin.isTTY && host.stdout.isTTY ? typedLines(host) : pipedLines(host);

/** Lines of another program: Ctrl-C reaches this one as a signal, and ends it. */
function pipedLines(host: Host): Lines {
  const pieces = textSource([], { file: "-" }, host).pieces()[Symbol.asyncIterator]();
  return {
    isTyped: false,
    async next() {
      const { value, done } = await pieces.next();
      host.signal.throwIfAborted();
      return done ? undefined : value.text;
    },
    stops: () => {},
    close: () => void pieces.return?.(),
  };
}

/** Lines that are typed, with a sign before each. A terminal that is read key by key sends Ctrl-C as a key. */
function typedLines({ stdin, stdout, signal }: Host): Lines {
  const lines = createInterface({ input: stdin, output: stdout, terminal: true, prompt: "> " });
  const typed = lines[Symbol.asyncIterator]();
  let stop: (() => void) | undefined;
  let left: Error | undefined;
  lines.on("SIGINT", () => {
    if (stop) return stop();
    left = leave("interrupted", 130);
    lines.close();
  });
  return {
    isTyped: true,
    async next() {
      if (left) throw left;
      lines.prompt();
      const { value, done } = await orAbort(typed.next(), signal);
      if (!done) return value;
      // The sign is still there.
      stdout.write("\n");
      if (left) throw left;
      return undefined;
    },
    stops(now) {
      stop = now;
    },
    close: () => lines.close(),
  };
}
