import { usage } from "../core/errors.js";
import { checkRewind } from "../core/session.js";
import { EMPTY, tokensOn } from "../core/tree.js";
import type { Draft, Session, Token } from "../core/types.js";
import type { KeyValueCache } from "./cache.js";

/** A session on a cache, which it may share with the others of a batch. */
export interface Sequence extends Session {
  readonly cache: KeyValueCache;
  /** Its place in the cache's batch. */
  readonly slot: number;
  /** Its committed tokens, where the model asks for earlier ones. */
  readonly history: readonly Token[];
  /** Takes in a pass: of its new rows the first ones, those of `tokens`, count; the draft's wait for `keep`. */
  receive(rows: Float32Array, tokens: readonly Token[], draft: Draft): void;
}

export interface SequenceTraits {
  /** Whether its tokens are remembered. */
  readonly remembers: boolean;
  /** So many first tokens see one another and are read at once; 0: none. */
  readonly atOnce: number;
}

/** The sequences of a cache, all of them empty. */
export const openSequences = (cache: KeyValueCache, traits: SequenceTraits): Sequence[] =>
  Array.from({ length: cache.batch }, (_, slot) => sequence(cache, traits, slot));

function sequence(
  cache: KeyValueCache,
  traits: SequenceTraits,
  slot: number,
  start = 0,
  past: readonly Token[] = [],
): Sequence {
  const { remembers, atOnce } = traits;
  const history = past.slice();
  let length = start;
  let waiting: { rows: Float32Array; from: number; draft: Draft } | undefined;
  return {
    cache,
    slot,
    history,
    get length() {
      return length;
    },
    receive(rows, tokens, draft) {
      for (let row = 0; row < tokens.length; row++) cache.write(rows, row, length + row, slot);
      length += tokens.length;
      if (remembers) history.push(...tokens);
      waiting = { rows, from: tokens.length, draft };
    },
    keep(path) {
      // A pass may have more rows than tokens and nodes: what is no node of the draft must not get into the cache.
      const kept = tokensOn(waiting?.draft ?? EMPTY, path);
      for (const node of path) cache.write(waiting!.rows, waiting!.from + node, length++, slot);
      if (remembers) history.push(...kept);
      waiting = undefined;
    },
    rewind(to) {
      checkRewind(to, length);
      if (to > 0 && to < atOnce)
        throw usage(`cannot rewind to ${to}: this model reads the first ${atOnce} tokens at once`);
      length = to;
      history.length = Math.min(history.length, to);
      waiting = undefined;
    },
    fork: () => sequence(cache.copy(slot, length), traits, 0, length, history),
    [Symbol.asyncDispose]: async () => {
      waiting = undefined;
    },
  };
}
