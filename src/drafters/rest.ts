import { inRange, usage } from "../core/errors.js";
import { firstPath } from "../core/tree.js";
import type { Drafter, Token } from "../core/types.js";
import { type Datastore, SORT_DEPTH } from "./datastore.js";
import { grow, NO_GROWTH, type Successor } from "./grow.js";
import { lastTokens } from "./text.js";
import { trustByMatch } from "./trust.js";

export interface RestOptions {
  /** Longest and shortest run of last tokens to look for. */
  readonly maxMatch?: number;
  readonly minMatch?: number;
  /** Most places whose continuations are counted; of more of them, some from all over. */
  readonly hits?: number;
}

/** Successors of a guess that a tree may have. */
const WIDTH = 8;

/** Places in the order of what stands there that agree in `depth` tokens behind the match: from, to (exclusive). */
interface State {
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

/**
 * REST (He et al. 2023): looks the longest run of last tokens up in a datastore of text, by binary search in its suffix array,
 * and proposes what follows there. The places found stand in the order of what follows them, so that equal beginnings lie side by
 * side: they are the tree of continuations. A guess is as likely as its share of the places, times the chance that guesses
 * behind a match of this length stood so far. Takes the likeliest part of that tree; where chains are judged, the likeliest chain.
 *
 * @throws a usage error for settings out of their range; at the start, for a datastore of more tokens than the model has
 *
 * @example
 * rest(buildDatastore(tokens, [end]), { minMatch: 3 });
 */
export function rest(
  store: Datastore,
  { maxMatch = 16, minMatch = 2, hits = 128 }: RestOptions = {},
): Drafter {
  inRange("minMatch", minMatch, 1, SORT_DEPTH / 2, { whole: true });
  inRange("maxMatch", maxMatch, minMatch, SORT_DEPTH / 2, { whole: true });
  inRange("hits", hits, 1, undefined, { whole: true });
  const { tokens, suffixes, vocabularySize: size, separators } = store;
  const ends = new Set(separators);
  return {
    name: "rest",
    async start({ model: { vocabularySize }, shape }) {
      if (size !== undefined && size > vocabularySize)
        throw usage(
          `the datastore is made of a vocabulary of ${size} tokens, the model has ${vocabularySize}: build it with the model's tokenizer`,
        );
      const trust = trustByMatch();
      return {
        propose(context) {
          const last = lastTokens(context, maxMatch);
          // Documents have nothing to do with one another: no match reaches across an end.
          const own = last.slice(last.findLastIndex((token) => ends.has(token)) + 1);
          const { length, from, to } = longestMatch(store, own, minMatch);
          if (length === 0) return NO_GROWTH;
          const count = Math.min(hits, to - from);
          const behind = (hit: number) => suffixes[from + Math.floor((hit * (to - from)) / count)] + length;

          function successors(state: State): Successor<State>[] {
            const chance = trust.of(length + state.depth) / (state.to - state.from);
            const runs: Successor<State>[] = [];
            for (let hit = state.from; hit < state.to; ) {
              const first = hit;
              const token = tokens[behind(hit) + state.depth];
              while (hit < state.to && tokens[behind(hit) + state.depth] === token) hit++;
              // Behind the end of the text there is nothing, behind the end of a document nothing that belongs to it.
              if (token === undefined) continue;
              const leads = { from: first, to: ends.has(token) ? first : hit, depth: state.depth + 1 };
              runs.push({ token, confidence: (hit - first) * chance, state: leads });
            }
            return runs.sort((a, b) => b.confidence - a.confidence).slice(0, WIDTH);
          }

          const start = { from: 0, to: count, depth: 0 };
          const draft = grow({ budget: context.budget, shape, vocabularySize, start, successors });
          trust.expect(context.output.length, firstPath(draft).tokens, length);
          return draft;
        },
        observe: trust.observe,
      };
    },
  };
}

/** Places in the suffix array: from, to (exclusive). */
interface Found {
  readonly length: number;
  readonly from: number;
  readonly to: number;
}

/** The longest end of `last`, of at least `shortest` tokens, that stands in the text. Length 0: none. */
function longestMatch(store: Datastore, last: readonly Token[], shortest: number): Found {
  const { tokens, suffixes } = store;
  /** Where the suffixes begin that are not below the end of so many tokens; or, with `above`, those above it. */
  const border = (length: number, above: boolean) => {
    let [low, high] = [0, suffixes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = compare(tokens, suffixes[middle], last, length);
      if (order < 0 || (above && order === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const starts = (length: number) => {
    const from = border(length, false);
    return from < suffixes.length && compare(tokens, suffixes[from], last, length) === 0 ? from : -1;
  };
  // If a run stands there, so do all its ends.
  let found = { length: 0, from: -1 };
  let [low, high] = [shortest, last.length];
  for (let length = shortest; low <= high; length = (low + high + 1) >> 1) {
    const from = starts(length);
    if (from < 0 && found.length === 0) break;
    if (from >= 0) found = { length, from };
    [low, high] = from >= 0 ? [length + 1, high] : [low, length - 1];
  }
  return { ...found, to: found.length > 0 ? border(found.length, true) : -1 };
}

/** The order of a suffix and of the last `length` tokens, as far as these go. */
function compare(tokens: Datastore["tokens"], place: number, last: readonly Token[], length: number): number {
  for (let i = 0; i < length; i++) {
    const [one, other] = [tokens[place + i], last[last.length - length + i]];
    // Behind the end of the text comes less than any token.
    if (one !== other) return one > other ? 1 : -1;
  }
  return 0;
}
