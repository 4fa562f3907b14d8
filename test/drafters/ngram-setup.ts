import type { Token } from "../../src/core/index.js";
import type { NgramTable } from "../../src/drafters/index.js";

/** A table of contexts, what follows each, and how likely that is; as models/training/text/ngrams.py writes them. */
export function tableOf(
  entries: readonly (readonly [context: readonly Token[], token: Token, share: number])[],
  slots = Math.ceil(entries.length / 0.85) + 1,
): NgramTable {
  const checks = new Uint16Array(slots);
  const tokens = new Uint16Array(slots).fill(0xffff);
  const shares = new Uint8Array(slots);
  for (const [context, token, share] of entries) {
    let hash = BigInt(context.length);
    for (const one of context) {
      hash = BigInt.asUintN(32, (hash ^ BigInt(one)) * 0x9e3779b1n);
      hash ^= hash >> 15n;
    }
    let slot = Number(hash % BigInt(slots));
    while (tokens[slot] !== 0xffff) slot = (slot + 1) % slots;
    checks[slot] = Number(BigInt.asUintN(32, hash * 0x85ebca6bn) >> 16n);
    tokens[slot] = token;
    shares[slot] = Math.round(255 * share);
  }
  return { order: Math.max(1, ...entries.map(([context]) => context.length)), checks, tokens, shares };
}
