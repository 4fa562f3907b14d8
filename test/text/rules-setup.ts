import type { Rules, Token } from "../../src/core/index.js";
import { accepts, walk } from "../../src/text/rules/grammar.js";
import { type Grammar, readVocabulary, type Vocabulary } from "../../src/text/rules/index.js";

const encoder = new TextEncoder();
export const bytesOf = (text: string) => encoder.encode(text);

/** Behind the bytes themselves: the end, a special token, and pieces of several bytes, some of them half characters. */
export const END = 256;
export const SPECIAL = 257;
const smile = bytesOf("😀");
const PIECES: readonly Uint8Array[] = [
  ...[
    '{"',
    '": ',
    '": "',
    '", "',
    '"}',
    ', "',
    ' "',
    '"',
    "[{",
    "]}",
    "}}",
    "}]",
    '"}}',
    "[]",
    "{}",
    "\\u",
    "\\n",
    '\\"',
  ].map(bytesOf),
  ...[
    "true",
    "tr",
    "ue",
    "false",
    "null",
    "name",
    "na",
    "me",
    "age",
    "the",
    " the",
    "ab",
    "abc",
    "bc",
    "00",
    "12",
    "2024",
    "-0",
  ].map(bytesOf),
  ...[
    ": ",
    ", ",
    ":",
    ",",
    "ä",
    "日本",
    "@",
    ".com",
    "e1",
    "E+",
    "1.",
    ".5",
    "\\ud83d",
    "\\ude00",
    "d83d",
    "a\nb",
  ].map(bytesOf),
  ...[
    smile,
    smile.slice(0, 2),
    smile.slice(2),
    smile.slice(1, 3),
    Uint8Array.of(...bytesOf("x"), smile[0]),
    Uint8Array.of(smile[3], ...bytesOf('"')),
  ],
];
export const SIZE = 258 + PIECES.length;

export function pieceOf(token: Token): Uint8Array | undefined {
  if (token < 256) return Uint8Array.of(token);
  return token >= 258 ? PIECES[token - 258] : undefined;
}

/** The longest token first, as a tokenizer might. */
export function encode(text: string): Token[] {
  const tokens: Token[] = [];
  const bytes = bytesOf(text);
  for (let at = 0; at < bytes.length; ) {
    const fits = fitting(bytes, at);
    const longest = fits.reduce((best, token) => (lengthOf(token) > lengthOf(best) ? token : best));
    tokens.push(longest);
    at += lengthOf(longest);
  }
  return tokens;
}

const lengthOf = (token: Token) => pieceOf(token)?.length ?? 0;

/** Tokens that some bytes go on with. */
function fitting(bytes: Uint8Array, at: number): Token[] {
  const fits = (token: Token) => {
    const piece = pieceOf(token);
    return (
      piece !== undefined && piece.length > 0 && piece.every((byte, index) => bytes[at + index] === byte)
    );
  };
  return [...Array(SIZE).keys()].filter(fits);
}

const options = { size: SIZE, bytes: pieceOf, endTokens: [END] };
export const vocabulary: Vocabulary = readVocabulary(options);
/** With a tokenizer: forced text is written in its tokens. */
export const encoding: Vocabulary = readVocabulary({ ...options, encode });

/** Numbers from 0 to 1 (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export const oneOf = <T>(values: readonly T[], random: () => number): T =>
  values[Math.floor(random() * values.length)];

export function tokensIn(mask: Uint32Array | undefined): Token[] {
  if (!mask) throw new Error("the mask allows everything");
  return [...Array(SIZE).keys()].filter((token) => (mask[token >> 5] >>> (token & 31)) & 1);
}

/** What ends a value. */
const CLOSING = Array.from('"}]0abc', (character) => character.charCodeAt(0));

/** A token that most likely ends the text soon. */
function soonest(allowed: readonly Token[], random: () => number): Token {
  if (allowed.includes(END)) return END;
  const closing = allowed.filter((token) => CLOSING.includes(token));
  return oneOf(closing.length > 0 ? closing : allowed, random);
}

/** A text that the rules let through, in tokens drawn at random; behind `most` of them, by what ends soonest. */
export function sample(
  rules: Rules<unknown>,
  random: () => number,
  most = 40,
): { tokens: Token[]; text: string } {
  const tokens: Token[] = [];
  let state = rules.start;
  while (!rules.ended(state)) {
    const allowed = tokensIn(rules.mask(state));
    if (allowed.length === 0) throw new Error(`nothing may follow ${JSON.stringify(textOf(tokens))}`);
    if (tokens.length > most + 2_000)
      throw new Error(`no end comes behind ${JSON.stringify(textOf(tokens))}`);
    const token = tokens.length > most ? soonest(allowed, random) : oneOf(allowed, random);
    tokens.push(token);
    state = rules.advance(state, token);
  }
  return { tokens, text: textOf(tokens) };
}

/** @throws where the bytes are no UTF-8 */
export function textOf(tokens: readonly Token[]): string {
  const bytes = tokens.flatMap((token) => Array.from(pieceOf(token) ?? []));
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
}

/** A text in tokens drawn at random among those that it can be cut into. */
export function cut(text: string, random: () => number): Token[] {
  const bytes = bytesOf(text);
  const tokens: Token[] = [];
  for (let at = 0; at < bytes.length; ) {
    const token = oneOf(fitting(bytes, at), random);
    tokens.push(token);
    at += lengthOf(token);
  }
  return tokens;
}

/** Whether the rules let tokens through, and a text that ends behind them. */
export function letsThrough(rules: Rules<unknown>, tokens: readonly Token[]): boolean {
  let state = rules.start;
  for (const token of tokens) {
    if (rules.ended(state) || !tokensIn(rules.mask(state)).includes(token)) return false;
    state = rules.advance(state, token);
  }
  return rules.ended(state) || tokensIn(rules.mask(state)).includes(END);
}

/** Whether the whole of a text is of a grammar. */
export function isOf(grammar: Grammar, text: string): boolean {
  const behind = walk(grammar, bytesOf(text));
  return behind !== undefined && accepts(behind);
}
