import { toyModel } from "../../src/conformance/index.js";
import type { Model, Token } from "../../src/core/index.js";
import * as drafters from "../../src/drafters/index.js";
import { adaptive } from "../../src/plans/index.js";
import { functionModel, prefixCached } from "../../src/targets/index.js";
import { createChat, readTokenizer, text, textManifestSchema } from "../../src/text/index.js";
import type { TextModel } from "../../src/text/types.js";
import { writeWith } from "../../src/text/writing.js";
import { namedVerifier } from "../../src/verifiers/named.js";

/** The letters by which vocabularies spell bytes: those that can be seen stand for themselves. */
export const LETTERS = (() => {
  const seen = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(seen(byte) ? byte : next++));
})();

export const spell = (text: string) => Array.from(Buffer.from(text), (byte) => LETTERS[byte]).join("");

export const SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
export const END = 2;

const MERGES = ["t h", "th e", "Ġ the", "i n", "a n", "Ġ a", "e r", "Ġ w", "o r", "or d", "Ã ©"];

/** A byte-level tokenizer: three special tokens, the bytes, a few pairs. @param first bytes that come first */
export function toyTokenizer({ merges = MERGES, first = "" } = {}): string {
  const letters = [...new Set([...spell(first), ...LETTERS])];
  const pairs = merges.map((merge) => merge.replace(" ", ""));
  const vocab = Object.fromEntries([...SPECIALS, ...letters, ...pairs].map((spelling, id) => [spelling, id]));
  return JSON.stringify({
    version: "1.0",
    added_tokens: SPECIALS.map((content, id) => ({
      id,
      content,
      special: true,
      normalized: false,
      lstrip: false,
      rstrip: false,
      single_word: false,
    })),
    normalizer: null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Digits", individual_digits: true },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: "BPE", unk_token: null, vocab, merges },
  });
}

export const TEMPLATE = `{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system
You are kind<|im_end|>
' }}{% endif %}{{'<|im_start|>' + message['role'] + '
' + message['content'] + '<|im_end|>' + '
'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant
' }}{% endif %}`;

export const tokenizer = readTokenizer(toyTokenizer(), "tokenizer.json");
export const ROLES = ["system", "user", "assistant"];
export const chat = createChat({ template: TEMPLATE, file: "chat_template.jinja", roles: ROLES, tokenizer });

export const manifestOf = (contextLength: number, vocabularySize = tokenizer.size) =>
  textManifestSchema.parse({
    format: 1,
    kind: "text",
    name: "toy",
    version: "1.0.0",
    license: "none",
    card: "README.md",
    files: {},
    target: {
      graph: "target.onnx",
      layers: 1,
      keyValueHeads: 1,
      headSize: 1,
      vocabularySize,
      contextLength,
      exact: "tree",
    },
    tokenizer: "tokenizer.json",
    end: [END, 0],
    chat: { template: "chat_template.jinja" },
    sampling: { temperature: 0 },
  });

/** A model that says a text behind the last end of a prompt's frame, then ends; anything else is less likely. */
export function sayingModel(
  answer: string | readonly Token[],
  options: { onOpen?(): void; onClose?(): void } = {},
) {
  const tokens = [...(typeof answer === "string" ? tokenizer.encode(answer) : answer), END];
  const frame = tokenizer.encode("<|im_start|>assistant\n", { special: true });
  return functionModel(
    (before) => {
      let start = before.length;
      while (start > 0 && !frame.every((token, i) => before[start - frame.length + i] === token)) start--;
      const row = Float32Array.from({ length: tokenizer.size }, (_, token) => -((token * 37) % 101) / 20);
      row[tokens[Math.min(before.length - start, tokens.length - 1)]] = 6;
      return row;
    },
    { vocabularySize: tokenizer.size, contextLength: 400, ...options },
  );
}

/** A model whose every token is drawn among all of the vocabulary, by the two before. */
export const babblingModel = (contextLength = 400) =>
  toyModel({ vocabularySize: tokenizer.size, order: 2, sharpness: 3, contextLength });

/** A text model around any target. */
export function toyText(inner: Model, megabytes = 1): TextModel {
  const manifest = manifestOf(inner.contextLength);
  const target = prefixCached(inner, { megabytes, bytes: (rows) => rows * 1000, least: 4 });
  const plan = adaptive();
  const named = { lookup: drafters.lookup, jacobi: drafters.jacobi, none: drafters.none };
  const model: TextModel = {
    name: "toy",
    manifest,
    device: "cpu",
    target,
    tokenizer,
    defaultDrafter: "lookup",
    drafter: async (name) => named[name as keyof typeof named](),
    times: () => Promise.reject(new Error("a toy has no times")),
    plan: async () => plan,
    modality: text({ manifest, tokenizer, chat }),
    encode: tokenizer.encode,
    decode: tokenizer.decode,
    chat,
    count: (prompt) => (typeof prompt === "string" ? tokenizer.encode(prompt).length : chat(prompt).length),
    write: (prompt, options = {}) => writeWith(model, prompt, options),
    verifier: (name, relax) => namedVerifier(name, relax),
    forget: () => {},
  };
  return model;
}
