import type { FoundStop, Stops } from "./stops.js";

/** Bytes -> text, as soon as it is certain. */
export interface TextStream {
  /** What is certain now: no half of a character, nothing that a stop string may yet cut off. */
  push(bytes: Uint8Array): string;
  /** What is left at the end; bytes that are no whole character become U+FFFD. */
  finish(): string;
  /** The stop string that ended the text: nothing comes behind it. */
  readonly found: FoundStop | undefined;
}

export function textStream(stops: Stops): TextStream {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let state = stops.start;
  let held: Uint8Array = new Uint8Array(0);
  return {
    get found() {
      return state.found;
    },
    push(bytes) {
      if (state.found) return "";
      state = stops.next(state, bytes);
      const { found, matched } = state;
      const all = Buffer.concat([held, bytes]);
      // As many bytes as the longest beginning of a stop string are uncertain.
      const kept = found ? found.bytes + found.behind : Math.max(0, ...matched);
      const certain = all.length - kept;
      held = found ? all.subarray(0, 0) : all.subarray(certain);
      return decoder.decode(all.subarray(0, certain), { stream: true });
    },
    finish() {
      const rest = decoder.decode(held);
      held = held.subarray(0, 0);
      return rest;
    },
  };
}
