import { closeAll } from "../core/close.js";
import { inRange } from "../core/errors.js";
import type { Session, Token } from "../core/types.js";

export interface PrefixCacheOptions {
  /** Most memory that kept sessions may take together; 0: nothing is kept. */
  readonly megabytes: number;
  /** Bytes of a session that had so many rows at most. */
  readonly bytes: (rows: number) => number;
  /** Fewer tokens than this are read anew: that costs less than copying a cache. */
  readonly least?: number;
}

/** A session that nobody works with, and what it has read. */
export interface Kept {
  readonly inner: Session;
  readonly tokens: readonly Token[];
  /** Most rows it ever had: its memory does not shrink. */
  readonly rows: number;
}

/** How many first tokens of both are the same. */
export function commonPrefix(a: readonly Token[], b: readonly Token[]): number {
  const most = Math.min(a.length, b.length);
  let same = 0;
  while (same < most && a[same] === b[same]) same++;
  return same;
}

/** Sessions within a limit of memory. @throws a usage error for a limit below 0 */
export function createKept({ megabytes, bytes, least = 16 }: PrefixCacheOptions) {
  inRange("megabytes", megabytes, 0);
  const limit = megabytes * 1e6;
  /** What was used last is last. */
  let all: Kept[] = [];
  const size = (sessions: readonly Kept[]) => sessions.reduce((sum, { rows }) => sum + bytes(rows), 0);
  const without = (one: Kept) => all.filter((other) => other !== one);
  const close = (sessions: readonly Kept[]) =>
    closeAll(
      sessions.map(
        ({ inner }) =>
          () =>
            inner[Symbol.asyncDispose](),
      ),
    );

  return {
    get sessions() {
      return all.length;
    },
    get bytes() {
      return size(all);
    },

    /**
     * The session that has read most of the first `tokens`, the last one excepted, rewound to what both have: the kept one
     * itself if that is all it has, else a fork of it.
     */
    take(tokens: readonly Token[]): Kept | undefined {
      const wanted = tokens.slice(0, -1);
      let best: Kept | undefined;
      let most = Math.max(1, least) - 1;
      for (const one of all) {
        const same = commonPrefix(one.tokens, wanted);
        if (same > most) [best, most] = [one, same];
      }
      if (!best) return undefined;
      all = without(best);
      const { rows } = best;
      if (most === best.tokens.length) return best;
      all.push(best);
      return forkOf(best, wanted.slice(0, most), rows);
    },

    /** Keeps a session, and closes what is too much or is a beginning of another one. */
    async put(session: Kept): Promise<void> {
      const { tokens, rows } = session;
      const covers = all.find((other) => commonPrefix(other.tokens, tokens) === tokens.length);
      if (tokens.length < least || bytes(rows) > limit || covers) {
        if (covers) all = [...without(covers), covers];
        return close([session]);
      }
      const covered = all.filter((other) => commonPrefix(other.tokens, tokens) === other.tokens.length);
      all = [...all.filter((other) => !covered.includes(other)), session];
      let first = 0;
      while (size(all.slice(first)) > limit) first++;
      const dropped = all.slice(0, first);
      all = all.slice(first);
      await close([...covered, ...dropped]);
    },

    clear(): Promise<void> {
      const before = all;
      all = [];
      return close(before);
    },
  };
}

/** Undefined where the session cannot be forked, or its fork not rewound: then the tokens are read anew. */
function forkOf({ inner }: Kept, tokens: readonly Token[], rows: number): Kept | undefined {
  let fork: Session | undefined;
  try {
    fork = inner.fork();
    fork.rewind(tokens.length);
    return { inner: fork, tokens, rows };
  } catch {
    void closeAll([() => fork?.[Symbol.asyncDispose]()], true);
    return undefined;
  }
}
