import { describe, expect, it } from "vitest";
import { createNoise } from "../../src/core/index.js";
import { readTokenizer, sameVocabulary } from "../../src/text/index.js";
import { LETTERS, SPECIALS, spell, tokenizer, toyTokenizer } from "./toy.js";

/** As UTF-8 has it: lone surrogates become U+FFFD. */
const wellFormed = (text: string) => Buffer.from(text).toString();

describe("a tokenizer", () => {
  it("gives every text back, byte by byte", () => {
    const texts = [
      "Hello, the world!",
      "  two  spaces,\ttabs\r\nlines\n\n\n ends ",
      "漢字かな交じり文 한국어 العربية עברית",
      "👩‍👩‍👧‍👦🏳️‍🌈 é é ﬁ ²½ ٣ １２３ 2024",
      "\uFEFFmark \u0085 \u2028 \u00a0 \u200b \u180e \0 \u001b[31m",
      "\ud800 lone \udfff",
      "don't we'll I'M they've",
      "<|im_end|>",
    ];
    for (const text of texts) expect(tokenizer.decode(tokenizer.encode(text))).toBe(wellFormed(text));
  });

  it("gives texts of random characters back", () => {
    const noise = createNoise(5);
    // Mostly common characters: spaces, digits and letters beside the rest.
    const planes = [128, 128, 0x250, 0x3000, 0xffff, 0x20000];
    for (let i = 0; i < 300; i++) {
      const text = Array.from({ length: Math.floor(noise.chance() * 40) }, () =>
        String.fromCodePoint(Math.floor(noise.chance() * planes[Math.floor(noise.chance() * planes.length)])),
      ).join("");
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(wellFormed(text));
    }
  });

  it("uses pairs, splits digits one by one, and keeps words apart", () => {
    const names = (text: string) => tokenizer.encode(text).map(tokenizer.name);
    expect(names("then the")).toEqual(["the", "n", "Ġthe"]);
    expect(names("a 123")).toEqual(["a", "Ġ", "1", "2", "3"]);
    expect(names("é")).toEqual(["Ã©"]);
    expect(tokenizer.encode("")).toEqual([]);
  });

  it("takes names of special tokens for text unless it is told otherwise", () => {
    const text = "a<|im_end|>b";
    expect(tokenizer.encode(text)).not.toContain(2);
    expect(tokenizer.encode(text, { special: true })).toEqual([
      ...tokenizer.encode("a"),
      2,
      ...tokenizer.encode("b"),
    ]);
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  it("leaves special tokens out of texts, or puts their names in", () => {
    const tokens = [1, ...tokenizer.encode("hé"), 2];
    expect(tokenizer.decode(tokens)).toBe("hé");
    expect(tokenizer.decode(tokens, { special: true })).toBe("<|im_start|>hé<|im_end|>");
    expect([...tokenizer.special.keys()]).toEqual(SPECIALS);
  });

  it("knows each token's bytes, and none beyond its last", () => {
    for (const text of ["the", " ", "\n", "é"]) {
      const bytes = tokenizer.encode(text).flatMap((token) => [...tokenizer.bytes(token)]);
      expect(bytes).toEqual([...Buffer.from(text)]);
    }
    for (let token = 3; token < tokenizer.size; token++)
      expect(spell(Buffer.from(tokenizer.bytes(token)).toString("latin1"))).toBeTruthy();
    expect(tokenizer.bytes(0)).toHaveLength(0);
    expect(tokenizer.bytes(tokenizer.size + 7)).toHaveLength(0);
    expect(() => tokenizer.bytes(-1)).toThrow("the token is -1: give a whole number of at least 0");
  });

  it("is read from byte-level files only, and the file is named", () => {
    const with_ = (change: object) => JSON.stringify({ ...JSON.parse(toyTokenizer()), ...change });
    expect(() => readTokenizer("{", "a.json")).toThrow(/a\.json is not JSON/);
    expect(() => readTokenizer(with_({ decoder: { type: "Metaspace" } }), "a.json")).toThrow(
      /a\.json is no tokenizer that can be read here \(decoder\.type: only byte-level/,
    );
    expect(() => readTokenizer(with_({ model: { type: "Unigram" } }), "a.json")).toThrow(/byte-pair/);
  });

  it("puts U+FFFD for characters with bytes that it lacks, and never a special token", () => {
    const json = JSON.parse(toyTokenizer());
    // As SmolLM2's: no letter for some control characters, and for what begins the planes that nobody uses.
    for (const byte of [0x04, 0xf1]) delete json.model.vocab[LETTERS[byte]];
    json.model.unk_token = SPECIALS[0];
    json.model.ignore_merges = true;
    json.pre_tokenizer.pretokenizers[1].use_regex = false;
    const own = readTokenizer(JSON.stringify(json), "a.json");
    const text = "a\u0004b\u{50000}c<|endoftext|>";
    expect(own.decode(own.encode(text))).toBe("a\ufffdb\ufffdc<|endoftext|>");
    for (const name of SPECIALS) expect(own.encode(name).every((token) => token > 2)).toBe(true);
  });

  it("divides texts as the original does, beyond ASCII too", () => {
    const names = (text: string) =>
      tokenizer.encode(text).map((token) => Buffer.from(tokenizer.bytes(token)).toString());
    const pairs = readTokenizer(toyTokenizer({ merges: ["Ġ Ù", "Ġ Â", "Ġ ï"] }), "a.json");
    const parts = (text: string) => pairs.encode(text).map(pairs.name);
    // Digits of any script stand alone, the space before them included.
    expect(parts(" \u0663")).toEqual(["Ġ", "Ù", "£"]);
    expect(parts(" \u00bd")).toEqual(["Ġ", "Â", "½"]);
    // U+0085 is white space: a run of it takes the space before. U+FEFF is none: the space before goes with it.
    expect(parts(" \u0085")).toEqual(["ĠÂ", "ħ"]);
    expect(parts("a \ufeffa")).toEqual(["a", "Ġï", "»", "¿", "a"]);
    expect(names("12")).toEqual(["1", "2"]);
  });

  it("matches tokens that were added as text", () => {
    const json = JSON.parse(toyTokenizer());
    const id = tokenizer.size;
    json.added_tokens.push({ id, content: "    ", special: false, normalized: false });
    const own = readTokenizer(JSON.stringify(json), "a.json");
    expect(own.encode("a    b")).toEqual([...own.encode("a"), id, ...own.encode("b")]);
    expect(own.decode(own.encode("a    b"))).toBe("a    b");
    expect(own.size).toBe(id + 1);
  });
});

describe("a draft model's vocabulary", () => {
  const named = (name: string, json: string) => ({ name, tokenizer: readTokenizer(json, name) });
  const target = named("target", toyTokenizer());

  it("is the target's, or the first part of it", () => {
    sameVocabulary(named("draft", toyTokenizer()), target);
    sameVocabulary(named("draft", toyTokenizer({ merges: ["t h", "th e"] })), target);
  });

  it("is refused by the first token that differs", () => {
    const first = 3 + 256;
    expect(() => sameVocabulary(named("draft", toyTokenizer({ merges: ["t h", "e r"] })), target)).toThrow(
      `the draft model "draft" has another tokenizer than "target": token ${first + 1} is "er" there and "the" here`,
    );
    const fewer = named("target", toyTokenizer({ merges: ["t h"] }));
    expect(() => sameVocabulary(named("draft", toyTokenizer({ merges: ["t h", "e r"] })), fewer)).toThrow(
      `token ${first + 1} is "er" there, and here there is none`,
    );
  });
});
