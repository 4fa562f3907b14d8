import type { SpeechManifest } from "./manifest.js";

export const START = 1;
export const END = 2;

/** Phonetic characters as symbol ids, without start and end. Characters the model does not know are left out. */
export function symbolIds(ipa: string, manifest: SpeechManifest): number[] {
  const ids = new Map(manifest.symbols.map((character, id) => [character, id]));
  return Array.from(ipa)
    .map((character) => ids.get(character) ?? -1)
    .filter((id) => id > END);
}

export interface Phones {
  /** Start, symbols, end. */
  readonly symbols: readonly number[];
  /** Phone of each symbol, ascending from 0. */
  readonly group: readonly number[];
  readonly count: number;
}

/**
 * Symbols -> phones. A stress mark joins the symbol behind it; length marks, other modifiers and spaces join the one
 * before; the end joins a punctuation mark before it. The start is a phone of its own.
 */
export function phones(ids: readonly number[], manifest: SpeechManifest): Phones {
  const { symbols: characters, groups } = manifest;
  const kind = (id: number) => {
    const character = characters[id];
    if (id <= END) return "plain";
    if (groups.stress.includes(character)) return "stress";
    if (groups.join.includes(character)) return "join";
    return groups.punctuation.includes(character) ? "punctuation" : "plain";
  };
  const symbols = [START, ...ids, END];
  const group: number[] = [];
  symbols.forEach((id, i) => {
    const before = i > 0 ? kind(symbols[i - 1]) : "plain";
    const opens = id === END ? before !== "punctuation" : i > 0 && kind(id) !== "join" && before !== "stress";
    group.push(i === 0 ? 0 : group[i - 1] + (opens ? 1 : 0));
  });
  return { symbols, group, count: group[group.length - 1] + 1 };
}
