import { usage } from "../core/errors.js";
import { checkRewind } from "../core/session.js";
import { EMPTY, tokensOn } from "../core/tree.js";
import type { Draft, Past, Session, Token } from "../core/types.js";
import type { KeyValueCache } from "./cache.js";
import { type FeatureRows, featureRows } from "./feature-rows.js";

/** A session on a cache, which it may share with the others of a batch. */
export interface Sequence extends Session {
  readonly cache: KeyValueCache;
  /** Its place in the cache's batch. */
  readonly slot: number;
  /** Its committed tokens, where the model asks for earlier ones. */
  readonly history: readonly Token[];
  /** Features of its committed tokens, by output. */
  readonly features: Features<FeatureRows>;
  /**
   * Takes in a pass: of its new rows the first ones, those of `tokens`, count; the draft's wait for `keep`. Features are those
   * of the same rows.
   */
  receive(
    rows: Float32Array,
    tokens: readonly Token[],
    draft: Draft,
    features?: Features<Float32Array>,
  ): void;
}

/** Those who show what they have read: only a model of the same format gets hold of more than its length. */
const owners = new WeakMap<Past, Sequence>();

/** The sequence that a past is of; undefined where it is of another format. */
export const ownerOf = (past: Past): Sequence | undefined => owners.get(past);

/** By the name of the output. */
export type Features<T> = Readonly<Record<string, T>>;

export interface SequenceTraits {
  /** Outputs whose rows are kept, and how many numbers a row has. */
  readonly widths: Features<number>;
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
  before: readonly Token[] = [],
  features: Features<FeatureRows> = mapped(traits.widths, (width) => featureRows(width)),
): Sequence {
  const { remembers, atOnce, widths } = traits;
  const history = before.slice();
  let length = start;
  let waiting:
    | { rows: Float32Array; from: number; draft: Draft; features: Features<Float32Array> }
    | undefined;

  /** Writes a row of a pass to the end. */
  function append(rows: Float32Array, from: number, fresh: Features<Float32Array>): void {
    cache.write(rows, from, length, slot);
    for (const [name, width] of Object.entries(widths))
      features[name].write(length, fresh[name].subarray(from * width, (from + 1) * width));
    length++;
  }

  const past: Past = {
    get length() {
      return length;
    },
  };
  const self: Sequence = {
    cache,
    slot,
    history,
    features,
    past,
    get length() {
      return length;
    },
    receive(rows, tokens, draft, fresh = {}) {
      for (let row = 0; row < tokens.length; row++) append(rows, row, fresh);
      if (remembers) history.push(...tokens);
      waiting = { rows, from: tokens.length, draft, features: fresh };
    },
    keep(path) {
      // A pass may have more rows than tokens and nodes: what is no node of the draft must not get into the cache.
      const kept = tokensOn(waiting?.draft ?? EMPTY, path);
      for (const node of path) append(waiting!.rows, waiting!.from + node, waiting!.features);
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
    fork: () =>
      sequence(
        cache.copy(slot, length),
        traits,
        0,
        length,
        history,
        mapped(features, (rows) => rows.copy(length)),
      ),
    [Symbol.asyncDispose]: async () => {
      waiting = undefined;
    },
  };
  owners.set(past, self);
  return self;
}

const mapped = <T, U>(all: Features<T>, of: (one: T) => U): Features<U> =>
  Object.fromEntries(Object.entries(all).map(([name, one]) => [name, of(one)]));
