import { usage } from "../core/errors.js";

/** How far the last bytes of a text go into each stop string. */
export interface StopState {
  /** Bytes at the text's end that begin the stop string, by its place in the list. */
  readonly matched: readonly number[];
  readonly found?: FoundStop;
}

/** The stop string that was complete first, the longest of those that end together. */
export interface FoundStop {
  readonly text: string;
  /** Its own bytes, and those of the same token behind it. */
  readonly bytes: number;
  readonly behind: number;
}

/** Looks for stop strings in a text that comes in pieces. States are persistent: drafts go on from any of them. */
export interface Stops {
  readonly start: StopState;
  /** The state behind further bytes; once something was found, it stays. */
  next(state: StopState, bytes: Uint8Array): StopState;
}

/** @throws a usage error for an empty stop string */
export function createStops(texts: readonly string[]): Stops {
  const words = texts.map((text) => {
    if (typeof text !== "string" || text === "") throw usage("a stop string is empty: give some text");
    const bytes = Buffer.from(text);
    return { text, bytes, failure: failureOf(bytes) };
  });

  /** Knuth, Morris & Pratt (1977): no byte is looked at twice. */
  function step({ bytes, failure }: (typeof words)[number], matched: number, byte: number): number {
    let at = matched;
    while (at > 0 && bytes[at] !== byte) at = failure[at - 1];
    return bytes[at] === byte ? at + 1 : 0;
  }

  return {
    start: { matched: words.map(() => 0) },
    next(state, bytes) {
      if (state.found || words.length === 0) return state;
      const matched = state.matched.slice();
      for (let i = 0; i < bytes.length; i++) {
        let found: FoundStop | undefined;
        for (const [index, word] of words.entries()) {
          matched[index] = step(word, matched[index], bytes[i]);
          const { length } = word.bytes;
          if (matched[index] === length && length > (found?.bytes ?? 0))
            found = { text: word.text, bytes: length, behind: bytes.length - 1 - i };
        }
        if (found) return { matched, found };
      }
      return { matched };
    },
  };
}

/** For each beginning of a word: the longest shorter one that it ends in. */
function failureOf(word: Uint8Array): number[] {
  const failure = [0];
  for (let i = 1, at = 0; i < word.length; i++) {
    while (at > 0 && word[i] !== word[at]) at = failure[at - 1];
    if (word[i] === word[at]) at++;
    failure.push(at);
  }
  return failure;
}
