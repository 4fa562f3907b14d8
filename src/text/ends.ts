import type { Rules, Token } from "../core/types.js";
import type { StopState, Stops } from "./stops.js";
import type { TextTokenizer } from "./tokenizer.js";

export interface EndOptions {
  /** Tokens that end an answer. */
  readonly ends: ReadonlySet<Token>;
  readonly stops: Stops;
  readonly tokenizer: Pick<TextTokenizer, "bytes">;
  /** What may be written. */
  readonly rules?: Rules<unknown>;
}

interface State {
  readonly stop: StopState;
  readonly inner: unknown;
  readonly ended: boolean;
}

/** An answer ends with an end token, with a stop string, or where other rules end; those say what may be written until then. */
export function answerRules({ ends, stops, tokenizer, rules }: EndOptions): Rules<unknown> {
  const all: Rules<State> = {
    start: { stop: stops.start, inner: rules?.start, ended: rules?.ended(rules.start) ?? false },
    advance({ stop: before, inner: at }, token) {
      const stop = stops.next(before, tokenizer.bytes(token));
      // Nothing is asked behind an end.
      if (ends.has(token) || stop.found) return { stop, inner: undefined, ended: true };
      const inner = rules?.advance(at, token);
      return { stop, inner, ended: rules?.ended(inner) ?? false };
    },
    mask: ({ inner }) => rules?.mask(inner),
    ended: ({ ended }) => ended,
  };
  return all;
}
