import type { Token } from "../core/types.js";
import type { Predictor } from "./predict.js";

/** The last tokens of a sequence, as states of a predictor that looks at nothing else. */
export type LastTokens = Pick<Predictor<readonly Token[]>, "end" | "step" | "push">;

/** @param count most tokens of a state */
export function followLast(prompt: readonly Token[], count: number): LastTokens {
  let last: readonly Token[] = prompt.slice(-count);
  const step = (context: readonly Token[], token: Token) => [...context.slice(1 - count || count), token];
  return {
    end: () => last,
    step,
    push(token) {
      last = step(last, token);
    },
  };
}

/** A hash of 32 bits, signed, of the last `length` tokens of a context; those of other lengths are others. */
export function hashOfLast(context: readonly Token[], length: number): number {
  let hash = length;
  for (let at = context.length - length; at < context.length; at++) {
    hash = Math.imul(hash ^ context[at], 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}
