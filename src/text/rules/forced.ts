import type { Token } from "../../core/types.js";
import { accepts, type Grammar, next, onlyByte, SEVERAL } from "./grammar.js";
import { known } from "./known.js";
import { find, type Vocabulary } from "./vocabulary.js";

/** Bytes ahead that are looked at: several tokens' worth. */
const AHEAD = 64;

/**
 * The token to write where the text leaves no choice: the first of the tokenizer's own tokens for what must follow. Other
 * tokens, mostly shorter ones, would lead to the same text; but a model is used to the tokenizer's, and a token that is the
 * only one can be drafted. Undefined where there is a choice, where a token may reach into one, and without a tokenizer.
 */
export const forcedIn = known((vocabulary: Vocabulary) =>
  known((grammar: Grammar) => (vocabulary.encode ? forcedToken(grammar, vocabulary) : undefined)),
);

function forcedToken(grammar: Grammar, vocabulary: Vocabulary): Token | undefined {
  const { run, then } = forcedBytes(grammar);
  if (run.length === 0 || reachesOn(run, then, vocabulary)) return undefined;
  const text = textOf(run);
  const token = text === "" ? undefined : vocabulary.encode?.(text)[0];
  const own = token === undefined ? undefined : vocabulary.bytes(token);
  return own && own.length > 0 && own.every((byte, at) => byte === run[at]) ? token : undefined;
}

/** The bytes that must follow, and what may come behind them. */
function forcedBytes(grammar: Grammar): { run: number[]; then: Grammar } {
  const run: number[] = [];
  let then = grammar;
  while (run.length < AHEAD && !accepts(then)) {
    const byte = onlyByte(then);
    if (byte === undefined || byte === SEVERAL) break;
    run.push(byte);
    then = next(then, byte) as Grammar;
  }
  return { run, then };
}

/** Some token begins with all of these bytes and goes on as the grammar may. */
function reachesOn(run: readonly number[], then: Grammar, { trie }: Vocabulary): boolean {
  const node = find(trie, run);
  if (node === undefined) return false;
  for (let child = node + 1; child < trie.end[node]; child = trie.end[child])
    if (next(then, trie.byte[child])) return true;
  return false;
}

/** The whole characters that these bytes begin with; none where they begin within one. */
function textOf(bytes: readonly number[]): string {
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return decoder.decode(Uint8Array.from(bytes), { stream: true });
  } catch {
    return "";
  }
}
