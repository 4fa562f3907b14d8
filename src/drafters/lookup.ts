import { chain, EMPTY } from "../core/tree.js";
import type { Drafter, Token } from "../core/types.js";
import { inVocabulary, roomIn } from "./bounds.js";

export interface LookupOptions {
  /** Longest and shortest run of last tokens to look for. */
  readonly maxNgram?: number;
  readonly minNgram?: number;
}

/**
 * Prompt lookup (Saxena 2023; LLMA, Yang et al. 2023): finds where the last few tokens stood before, in the output, the
 * prompt or the modality's reference, and proposes what followed there. Longest match first, then the latest.
 *
 * @example
 * lookup({ maxNgram: 4, minNgram: 2 });
 */
export const lookup = ({ maxNgram = 3, minNgram = 1 }: LookupOptions = {}): Drafter => ({
  name: "lookup",
  start: async ({ encoded, model: { vocabularySize } }) => ({
    propose({ prompt, output, budget }) {
      const room = roomIn(budget);
      const sequence = [...prompt, ...output];
      const sources = [sequence, encoded.reference ?? []];
      const shortest = Math.max(1, minNgram);
      for (let n = Math.floor(Math.min(maxNgram, sequence.length)); n >= shortest; n--) {
        const key = sequence.slice(-n);
        for (const source of sources) {
          const end = lastMatch(source, key);
          // Prompts and references may hold tokens that no output has.
          if (end >= 0) return chain(inVocabulary(source.slice(end, end + room), vocabularySize));
        }
      }
      return EMPTY;
    },
  }),
});

/** Index behind the latest occurrence of `key` that something follows; -1: none. */
function lastMatch(source: readonly Token[], key: readonly Token[]): number {
  for (let end = source.length - 1; end >= key.length; end--) {
    let i = 0;
    while (i < key.length && source[end - key.length + i] === key[i]) i++;
    if (i === key.length) return end;
  }
  return -1;
}
