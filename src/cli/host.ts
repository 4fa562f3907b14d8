import type { Readable, Writable } from "node:stream";
import type { Leave } from "../files/problems.js";

export type TextLibrary = typeof import("../text/index.js");
export type SpeechLibrary = typeof import("../speech/index.js");
export type ImageLibrary = typeof import("../image/index.js");
export type VideoLibrary = typeof import("../video/index.js");

/** The media, each loaded when first needed: help, usage errors and the other media must not wait for it. */
export interface Media {
  readonly text: () => Promise<TextLibrary>;
  readonly speech: () => Promise<SpeechLibrary>;
  readonly image: () => Promise<ImageLibrary>;
  readonly video: () => Promise<VideoLibrary>;
}

/** All that a command touches of the world around it; tests bring their own. */
export interface Host extends Media {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by Ctrl-C and SIGTERM, with a reason that carries the exit code. */
  readonly signal: AbortSignal;
}

/** Lines for the person at the terminal. */
export interface Talk {
  note(line: string): void;
  /** Replaces the line of progress; on a terminal only. */
  progress(line: string): void;
  /** Takes the line of progress away. */
  clear(): void;
}

export function createTalk(stderr: Host["stderr"], quiet = false): Talk {
  let shown = false;
  const clear = () => {
    if (shown) stderr.write("\r\u001b[K");
    shown = false;
  };
  return {
    clear,
    note(line) {
      clear();
      if (!quiet) stderr.write(`${line}\n`);
    },
    progress(line) {
      if (quiet || !stderr.isTTY) return;
      stderr.write(`\r${line}\u001b[K`);
      shown = true;
    },
  };
}

export const exitCodeOf = (error: unknown) => (error as Partial<Leave> | undefined)?.exitCode;

/** The promise, or the signal's reason if that comes first: for work that cannot be stopped itself. */
export function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    work.catch(() => {});
    return Promise.reject(signal.reason);
  }
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
