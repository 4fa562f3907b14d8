import { failure, inRange } from "../../core/errors.js";
import type { Token } from "../../core/types.js";

export interface VocabularyOptions {
  readonly size: number;
  /** The bytes a token stands for; undefined: a token that stands for no text (special tokens), and is never let through. */
  readonly bytes: (token: Token) => Uint8Array | undefined;
  /** Tokens that end a text: they are let through where it may end. At least one. */
  readonly endTokens: readonly Token[];
  /**
   * The tokenizer: the tokens of a text, with nothing added. With it, text that is forced is written in the tokenizer's own
   * tokens only, one after the other, so that they can be drafted. Without it, in any tokens.
   */
  readonly encode?: (text: string) => readonly Token[];
}

/** The tokens of a tokenizer by their bytes, as a trie. Made once for a tokenizer. */
export interface Vocabulary {
  readonly size: number;
  readonly endTokens: readonly Token[];
  readonly isEnd: (token: Token) => boolean;
  readonly bytes: (token: Token) => Uint8Array | undefined;
  readonly encode?: (text: string) => readonly Token[];
  /** Bytes of UTF-8 that no token stands for by itself: text that has them cannot be written. */
  readonly missing: ReadonlySet<number>;
  readonly trie: Trie;
}

/** Nodes in the order of their bytes, each before its children; node 0 is the root. */
export interface Trie {
  /** The byte that leads to a node. */
  readonly byte: Uint8Array;
  /** Bytes from the root to a node. */
  readonly depth: Uint16Array;
  /** The node behind a node's last descendant. */
  readonly end: Int32Array;
  /** A token whose bytes end at a node, -1: none. */
  readonly token: Int32Array;
  /** By token: the next token of the same bytes, -1: none. */
  readonly alike: Int32Array;
  /** Most bytes of a token. */
  readonly deepest: number;
}

/**
 * Reads a vocabulary for rules.
 *
 * @throws a failure for end tokens out of range, and where no token stands for a character of ASCII, or for a byte that other
 * characters go on with
 * @example
 * const words = readVocabulary({ size: 49_152, bytes: (token) => bytesOf(token), endTokens: [2] });
 * const rules = schemaRules({ type: "object", properties: { name: { type: "string" } } }, words);
 */
export function readVocabulary({ size, bytes, endTokens, encode }: VocabularyOptions): Vocabulary {
  if (endTokens.length === 0)
    throw failure("the vocabulary has no end token, so that no text could end: name at least one");
  for (const token of endTokens) inRange("an end token", token, 0, size - 1, { whole: true });
  const ends = new Set(endTokens);
  const texts: Word[] = [];
  for (let token = 0; token < size; token++) {
    const text = ends.has(token) ? undefined : bytes(token);
    // In Latin-1, texts are in the order of their bytes.
    if (text && text.length > 0) texts.push({ token, text: Buffer.from(text).toString("latin1") });
  }
  const trie = trieOf(texts, size);
  return {
    size,
    endTokens,
    isEnd: (token) => ends.has(token),
    bytes,
    encode,
    trie,
    missing: missingIn(trie),
  };
}

interface Word {
  readonly token: Token;
  readonly text: string;
}

/** Of what no text can do without, JSON least of all, all has to be there: then no text gets stuck. */
const isNeeded = (byte: number) => (byte >= 0x20 && byte < 0x7f) || (byte >= 0x80 && byte < 0xc0);

function missingIn(trie: Trie): ReadonlySet<number> {
  const isMissing = (byte: number) => {
    const node = find(trie, [byte]);
    return node === undefined || trie.token[node] < 0;
  };
  const missing = Array.from({ length: 256 }, (_, byte) => byte).filter(isMissing);
  const needed = missing.filter(isNeeded);
  if (needed.length === 0) return new Set(missing);
  const some = needed.slice(0, 8).map((byte) => `0x${byte.toString(16)}`);
  throw failure(
    `the vocabulary has no token for ${needed.length === 1 ? "the byte" : `${needed.length} bytes, among them`} ${some.join(" ")}: constrained text needs a token for each byte (a byte-level vocabulary)`,
  );
}

function trieOf(texts: Word[], size: number): Trie {
  const most = texts.reduce((sum, { text }) => sum + text.length, 1);
  const byte = new Uint8Array(most);
  const depth = new Uint16Array(most);
  const end = new Int32Array(most);
  const token = new Int32Array(most).fill(-1);
  const alike = new Int32Array(size).fill(-1);
  /** Nodes from the root to the latest text. */
  const path = [0];
  let count = 1;
  let before = "";
  let deepest = 0;
  const close = (length: number) => {
    while (path.length > length) end[path.pop() as number] = count;
  };
  for (const word of texts.sort((one, other) => (one.text < other.text ? -1 : 1))) {
    const { text } = word;
    let shared = 0;
    while (shared < before.length && text.charCodeAt(shared) === before.charCodeAt(shared)) shared++;
    close(shared + 1);
    for (let at = shared; at < text.length; at++) {
      byte[count] = text.charCodeAt(at);
      depth[count] = at + 1;
      path.push(count++);
    }
    const node = path[path.length - 1];
    alike[word.token] = token[node];
    token[node] = word.token;
    before = text;
    deepest = Math.max(deepest, text.length);
  }
  close(0);
  const cut = <T extends Uint8Array | Uint16Array | Int32Array>(all: T) => all.slice(0, count) as T;
  return { byte: cut(byte), depth: cut(depth), end: cut(end), token: cut(token), alike, deepest };
}

/** The node that some bytes lead to; undefined: no token begins like this. */
export function find({ byte, end }: Trie, bytes: Iterable<number>): number | undefined {
  let node = 0;
  for (const wanted of bytes) {
    let child = node + 1;
    while (child < end[node] && byte[child] !== wanted) child = end[child];
    if (child >= end[node]) return undefined;
    node = child;
  }
  return node;
}
