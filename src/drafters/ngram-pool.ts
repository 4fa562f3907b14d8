import type { Token } from "../core/types.js";

/** Most tokens that the pool knows continuations of; what was added longest ago goes first. */
const MOST = 4096;

/** Runs of tokens by their first one, the newest first. */
export interface NgramPool {
  /** Takes in a run, and all its ends. */
  add(run: readonly Token[]): void;
  /** What followed a token, the newest run first. */
  behind(token: Token): readonly (readonly Token[])[];
}

/** @param each runs that are kept of a first token */
export function createNgramPool(each: number): NgramPool {
  const pool = new Map<Token, readonly (readonly Token[])[]>();

  function put(first: Token, rest: readonly Token[]): void {
    const known = pool.get(first) ?? [];
    // Of two runs of which one begins with the other the longer one says both.
    const longer = known.find((other) => begins(other, rest));
    const others = known.filter((other) => other !== longer && !begins(rest, other));
    // A Map keeps the order in which its keys came.
    pool.delete(first);
    pool.set(first, [longer ?? rest, ...others].slice(0, each));
    if (pool.size <= MOST) return;
    for (const oldest of pool.keys()) {
      pool.delete(oldest);
      return;
    }
  }

  return {
    add(run) {
      for (let i = 0; i < run.length - 1; i++) put(run[i], run.slice(i + 1));
    },
    behind: (token) => pool.get(token) ?? [],
  };
}

const begins = (run: readonly Token[], beginning: readonly Token[]) =>
  beginning.length <= run.length && beginning.every((token, i) => run[i] === token);
