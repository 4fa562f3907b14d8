import { usage } from "../core/errors.js";
import type { Token } from "../core/types.js";
import { followLast, hashOfLast } from "./context.js";
import { type PredictiveDrafter, predictive } from "./predict.js";
import { RANGES, rangeOf } from "./trust.js";

/**
 * What mostly follows some contexts of 1 to `order` tokens: a hash table with open addressing, slot by slot a check of the
 * context, the likeliest successor, and its share in 255ths (see `slotOf`; models/training/text/ngrams.py makes such tables).
 */
export interface NgramTable {
  readonly order: number;
  readonly checks: Uint16Array;
  /** `EMPTY`: nothing lies in the slot. */
  readonly tokens: Uint16Array;
  readonly shares: Uint8Array;
}

/** No token: vocabularies of such tables have fewer. */
const EMPTY = 0xffff;

/**
 * An n-gram language model that drafts: the likeliest token behind the longest end of the sequence that a table knows, made
 * beforehand of the target's own answers (back-off, Katz 1987). It knows what the model usually says, and nothing of what is
 * talked about: see `mixture`.
 *
 * @throws a usage error for a table that is none
 *
 * @example
 * mixture(suffix(), ngrams(table));
 */
export function ngrams(table: NgramTable): PredictiveDrafter {
  const { order, checks, tokens, shares } = table;
  const slots = tokens.length;
  if (!(slots > 0 && checks.length === slots && shares.length === slots))
    throw usage(
      `a table of ${slots} tokens, ${checks.length} checks and ${shares.length} shares: there must be one of each for every slot, and one slot at least`,
    );
  if (!(Number.isInteger(order) && order >= 1))
    throw usage(`the order of a table is ${order}: contexts have 1 token or more`);

  /** Where the end of `length` tokens lies; -1: nowhere. */
  function find(context: readonly Token[], length: number): number {
    const hash = hashOfLast(context, length);
    const check = Math.imul(hash, 0x85ebca6b) >>> 16;
    // A table without an empty slot is searched once.
    for (let slot = (hash >>> 0) % slots, tried = 0; tokens[slot] !== EMPTY && tried < slots; tried++) {
      if (checks[slot] === check) return slot;
      slot = slot + 1 === slots ? 0 : slot + 1;
    }
    return -1;
  }

  return predictive("ngrams", ({ encoded }) => {
    return [
      {
        ...followLast(encoded.tokens, order),
        kinds: new Array<number>(RANGES).fill(1),
        predict(context: readonly Token[]) {
          for (let length = Math.min(order, context.length); length > 0; length--) {
            const slot = find(context, length);
            if (slot < 0) continue;
            const share = shares[slot] / 255;
            return [{ token: tokens[slot], share, kind: rangeOf(share) }];
          }
          return [];
        },
      },
    ];
  });
}
