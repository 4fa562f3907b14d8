import { Tokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import { failure, inRange, quoted, usage } from "../core/errors.js";
import type { Token } from "../core/types.js";
import { parseJson } from "../runtime/json.js";
import { whole } from "../runtime/schema.js";
import { bytesOf, LETTERS } from "./bytes.js";
import { faithful } from "./pre-tokenizer.js";
import { hasAny } from "./rules/utf8.js";

/**
 * Text <-> tokens, byte by byte: every text comes back as it was. Lone surrogates become U+FFFD, and so do characters with a
 * byte that the vocabulary lacks.
 */
export interface TextTokenizer {
  /** Tokens of the vocabulary. */
  readonly size: number;
  /** Tokens that stand for no text (the end, the beginning of a turn), by their names. */
  readonly special: ReadonlyMap<string, Token>;
  /** Names of special tokens are text like any other, unless `special` is true. */
  encode(text: string, options?: SpecialTokens): Token[];
  /** Bytes that are no UTF-8 become U+FFFD. Special tokens are left out, or put in by name. */
  decode(tokens: Iterable<Token>, options?: SpecialTokens): string;
  /** The bytes that a token stands for; none for a special one. @throws a usage error for what is no token */
  bytes(token: Token): Uint8Array;
  /** How the vocabulary spells a token: for messages. @throws a usage error for what is no token */
  name(token: Token): string;
}

export interface SpecialTokens {
  /** Whether names in the text mean special tokens. */
  readonly special?: boolean;
}

type Vocabulary = Record<string, Token>;

const never = z.literal(false).optional();

const tokenizerSchema = z.looseObject({
  added_tokens: z.array(
    z.looseObject({
      id: whole,
      content: z.string().min(1),
      special: z.boolean().default(false),
      // Tokens that swallow what stands beside them: texts would not come back as they were.
      lstrip: never,
      rstrip: never,
      single_word: never,
    }),
  ),
  decoder: z.looseObject({ type: z.literal("ByteLevel", "only byte-level tokenizers are read") }),
  model: z.looseObject({
    type: z.literal("BPE", "only byte-pair encodings are read"),
    // Too many entries for a schema: `spellingsOf` looks at each.
    vocab: z.custom<Vocabulary>((value) => typeof value === "object" && value !== null, "no table of tokens"),
  }),
  pre_tokenizer: z.unknown(),
});

/**
 * Reads a tokenizer from the text of a tokenizer.json.
 *
 * @throws a failure that names the file and what is wrong in it
 */
export function readTokenizer(json: string, name: string): TextTokenizer {
  const config = parseJson(tokenizerSchema, json, name, {
    isNot: "is no tokenizer that can be read here",
    wayOut: "give the tokenizer.json of a byte-level model",
  });
  const { added_tokens: added, model } = config;
  const special = new Map(added.flatMap(({ content, id, special }) => (special ? [[content, id]] : [])));
  const plain = added.filter((token) => !token.special);
  const spellings = spellingsOf(model.vocab, added, name);
  const spellable = spelling(model.vocab);
  // What the library does not know it cannot find in a text that somebody typed. The table is ours: it was just read.
  for (const content of special.keys()) delete model.vocab[content];
  const library: Encoder = new Tokenizer(
    {
      normalizer: null,
      post_processor: null,
      ...config,
      pre_tokenizer: faithful(config.pre_tokenizer),
      added_tokens: plain,
      model: { ...model, unk_token: null },
    },
    {},
  );
  const written = new Map(plain.map(({ id, content }) => [id, content]));
  const nameless = new Set(special.values());
  // Models may have more rows than there are tokens, and give one of those, although rarely: they stand for no text.
  const check = (token: Token) => inRange("the token", token, 0, undefined, { whole: true });
  const encodePlain = (text: string): Token[] =>
    text === "" ? [] : library.encode(spellable(text), { add_special_tokens: false }).ids;
  const anySpecial = anyOf([...special.keys()]);

  const self: TextTokenizer = {
    size: spellings.length,
    special,
    encode: (text, { special: named = false } = {}) =>
      named
        ? splitBy(anySpecial, text).flatMap((part) => special.get(part) ?? encodePlain(part))
        : encodePlain(text),
    decode(tokens, { special: named = false } = {}) {
      const parts = Array.from(tokens, (token) =>
        named && nameless.has(token) ? Buffer.from(self.name(token)) : self.bytes(token),
      );
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat(parts));
    },
    bytes(token) {
      if (nameless.has(check(token))) return NO_BYTES;
      const text = written.get(token);
      return text === undefined ? bytesOf(self.name(token)) : Buffer.from(text);
    },
    name: (token) => spellings[check(token)] ?? "",
  };
  return self;
}

/** What is used of the library, whose own types do not resolve here. */
interface Encoder {
  encode(text: string, options: { readonly add_special_tokens: boolean }): { readonly ids: Token[] };
}

type Added = z.infer<typeof tokenizerSchema>["added_tokens"];

const NO_BYTES = new Uint8Array(0);

/** Puts U+FFFD for characters that have a byte which the vocabulary lacks: the library would leave the byte out. */
function spelling(vocabulary: Vocabulary): (text: string) => string {
  const missing = new Set(
    LETTERS.flatMap((letter, byte) => (Object.hasOwn(vocabulary, letter) ? [] : [byte])),
  );
  return (text) =>
    hasAny(text, missing) ? text.replace(/./gsu, (char) => (hasAny(char, missing) ? "\uFFFD" : char)) : text;
}

/** @throws a failure for a token that is no number of one */
function spellingsOf(vocabulary: Vocabulary, added: Added, name: string): readonly (string | undefined)[] {
  const spellings: string[] = [];
  for (const spelling in vocabulary) {
    const token = vocabulary[spelling];
    if (!(Number.isInteger(token) && token >= 0 && token < MOST_TOKENS))
      throw failure(`${name} is broken: ${quoted(spelling)} has the number ${token}`);
    spellings[token] = spelling;
  }
  for (const { content, id } of added) spellings[id] = content;
  return spellings;
}

/** No vocabulary has so many: a number beyond is none. */
const MOST_TOKENS = 2 ** 24;

/** Matches any of the texts, the longest first; nothing, if there are none. */
export function anyOf(texts: readonly string[]): RegExp {
  const escaped = texts
    .toSorted((a, b) => b.length - a.length)
    .map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
  return new RegExp(escaped.length ? `(${escaped.join("|")})` : "(?!)");
}

/** The parts of a text, what matches included. */
export const splitBy = (pattern: RegExp, text: string) => text.split(pattern).filter((part) => part !== "");

/** A tokenizer, and what messages call whose it is. */
export interface NamedTokenizer {
  readonly name: string;
  readonly tokenizer: TextTokenizer;
}

/**
 * A draft model's tokens are the target's, or the first of them.
 *
 * @throws a usage error that names the first token which differs
 */
export function sameVocabulary(draft: NamedTokenizer, target: NamedTokenizer): void {
  const [ours, theirs] = [target.tokenizer, draft.tokenizer];
  const refuse = (what: string) =>
    usage(`the draft model "${draft.name}" has another tokenizer than "${target.name}": ${what}`);
  for (let token = 0; token < Math.min(ours.size, theirs.size); token++) {
    const [a, b] = [ours.name(token), theirs.name(token)];
    if (a === b) continue;
    throw refuse(`token ${token} is ${quoted(b)} there and ${quoted(a)} here`);
  }
  if (theirs.size > ours.size)
    throw refuse(`token ${ours.size} is ${quoted(theirs.name(ours.size))} there, and here there is none`);
}
