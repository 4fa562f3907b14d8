import { describe, expect, it } from "vitest";
import { toyModel } from "../../src/conformance/index.js";
import { chain, type Drafter, decode, type Rules, type Token } from "../../src/core/index.js";
import { branches, given, jacobi, lookup, model } from "../../src/drafters/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { walk } from "../../src/text/rules/grammar.js";
import {
  choiceRules,
  type Grammar,
  jsonRules,
  readVocabulary,
  regexRules,
  schemaGrammar,
  schemaRules,
} from "../../src/text/rules/index.js";
import { masksOf } from "../../src/text/rules/mask.js";
import { identical, rejection } from "../../src/verifiers/index.js";
import {
  bytesOf,
  chance,
  END,
  encoding,
  letsThrough,
  oneOf,
  pieceOf,
  SIZE,
  SPECIAL,
  sample,
  textOf,
  tokensIn,
  vocabulary,
} from "./rules-setup.js";

const person = {
  type: "object",
  properties: {
    name: { type: "string", maxLength: 5 },
    age: { type: "integer", minimum: 0, maximum: 120 },
    tags: { type: "array", items: { enum: ["a", "ab"] }, maxItems: 3 },
  },
  required: ["name", "age"],
} as const;

describe("masks", () => {
  const grammars: Record<string, Grammar> = {
    "any JSON": schemaGrammar(true),
    "a schema": schemaGrammar(person, { spaces: "optional" }),
    "a pattern in strings": schemaGrammar({ type: "string", pattern: "^[ab😀-😂]+\\n?$" }),
    "alternatives that begin alike": schemaGrammar({
      anyOf: [{ const: [1, 2] }, { const: [1, "ä"] }, { type: "array" }],
    }),
  };
  for (const [name, grammar] of Object.entries(grammars))
    it(`allow the tokens whose bytes lead somewhere, and no others: ${name}`, () => {
      const random = chance(3);
      for (let run = 0; run < 12; run++) {
        let state = grammar;
        for (let length = 0; length < 25; length++) {
          const mask = masksOf(vocabulary)(state);
          const wanted = [...Array(SIZE).keys()].filter((token) => {
            const bytes = pieceOf(token);
            return bytes !== undefined && walk(state, bytes) !== undefined;
          });
          expect(tokensIn(mask).filter((token) => token !== END)).toEqual(wanted);
          if (wanted.length === 0) break;
          state = walk(state, pieceOf(oneOf(wanted, random)) ?? []) as Grammar;
        }
      }
    });

  it("never allow special tokens, and the end only where a text may end", () => {
    const rules = choiceRules(["ab", "abc"], vocabulary);
    const [a, b, c] = bytesOf("abc");
    expect(tokensIn(rules.mask(rules.start))).not.toContain(SPECIAL);
    expect(tokensIn(rules.mask(rules.start))).not.toContain(END);
    const behind = rules.advance(rules.advance(rules.start, a), b);
    expect(tokensIn(rules.mask(behind))).toEqual([c, END].sort((one, other) => one - other));
    expect([
      rules.ended(behind),
      rules.ended(rules.advance(behind, END)),
      rules.ended(rules.advance(behind, c)),
    ]).toEqual([false, true, true]);
  });

  it("are the same object for the same state", () => {
    const rules = schemaRules({ type: "string" }, vocabulary);
    const [quote, a] = bytesOf('"a');
    const once = rules.advance(rules.advance(rules.start, quote), a);
    expect(rules.mask(rules.advance(once, a))).toBe(rules.mask(once));
  });
});

describe("states", () => {
  it("stay as they were when others are told from them", () => {
    const rules = schemaRules(person, vocabulary);
    const random = chance(5);
    for (let run = 0; run < 20; run++) {
      let state = rules.start;
      for (let step = 0; step < 30 && !rules.ended(state); step++) {
        const allowed = tokensIn(rules.mask(state));
        const [one, other] = [oneOf(allowed, random), oneOf(allowed, random)];
        const first = rules.advance(state, one);
        const seen = rules.ended(first) ? [] : tokensIn(rules.mask(first));
        rules.advance(state, other);
        expect(tokensIn(rules.mask(state))).toEqual(allowed);
        const again = rules.advance(state, one);
        expect(rules.ended(again) ? [] : tokensIn(rules.mask(again))).toEqual(seen);
        state = first;
      }
    }
  });

  it("are not told from tokens that are not allowed", () => {
    const rules = choiceRules(["ab"], vocabulary);
    expect(() => rules.advance(rules.start, bytesOf("b")[0])).toThrow(
      /token 98 was appended to a text in which/,
    );
    expect(() => rules.advance(rules.start, SPECIAL)).toThrow(/token 257/);
  });
});

describe("forced text", () => {
  const forcedIn = (rules: Rules<unknown>) => {
    const forced: Token[] = [];
    let state = rules.start;
    while (!rules.ended(state)) {
      const allowed = tokensIn(rules.mask(state));
      if (allowed.length !== 1) break;
      forced.push(allowed[0]);
      state = rules.advance(state, allowed[0]);
    }
    return forced;
  };

  it("is written in the tokenizer's own tokens", () => {
    expect(forcedIn(schemaRules(person, encoding))).toEqual(encoding.encode?.('{"name": "'));
    expect(forcedIn(choiceRules(["the name"], encoding))).toEqual(encoding.encode?.("the name"));
    // Without a tokenizer several tokens begin it.
    expect(forcedIn(schemaRules(person, vocabulary))).toEqual([]);
  });

  it("stops where a token may reach into what is free", () => {
    // "ab" and "abc" are tokens: behind "a", "b" or "bc" may come.
    expect(forcedIn(regexRules(/1ab(?:c|d)/, encoding))).toEqual(
      bytesOf("1").length ? [bytesOf("1")[0]] : [],
    );
    expect(forcedIn(regexRules(/1abd/, encoding)).map((token) => textOf([token]))).toEqual(["1", "ab", "d"]);
  });

  it("is no text with half a character", () => {
    // 😀 and 😁 share three bytes.
    const rules = choiceRules(["x😀", "x😁"], encoding);
    for (let seed = 1; seed <= 20; seed++) expect(["x😀", "x😁"]).toContain(sample(rules, chance(seed)).text);
  });
});

describe("readVocabulary", () => {
  const options = { size: 300, bytes: pieceOf, endTokens: [END] };

  const without =
    (...bytes: readonly number[]) =>
    (token: Token) =>
      pieceOf(token)?.some((byte) => bytes.includes(byte)) ? undefined : pieceOf(token);

  it("names bytes that no text can do without, and no token stands for", () => {
    const read = (...bytes: readonly number[]) => readVocabulary({ ...options, bytes: without(...bytes) });
    expect(() => read(0x41)).toThrow(
      /no token for the byte 0x41: constrained text needs a token for each byte/,
    );
    expect(() => read(0x20, 0x7e, 0x80, 0xbf)).toThrow(
      /no token for 4 bytes, among them 0x20 0x7e 0x80 0xbf/,
    );
    // A token of more bytes is none for the byte itself.
    const pair = (token: Token) => (token === 0x41 ? bytesOf("AA") : pieceOf(token));
    expect(() => readVocabulary({ ...options, bytes: pair })).toThrow(/no token for the byte 0x41/);
  });

  it("does without other bytes, and without the text that needs them", () => {
    const never = [0x01, 0x0a, 0xc3, 0xf0, 0xff];
    const some = readVocabulary({ ...options, bytes: without(...never) });
    const bad = (text: string) => bytesOf(text).filter((byte) => never.includes(byte));
    for (const regex of [/[\s\S]{1,4}/, /[\s\S]{1,4}/u, /[a\n😀ä\u{50000}]+/u])
      for (let seed = 1; seed <= 60; seed++)
        expect(bad(sample(regexRules(regex, some), chance(seed), 6).text)).toEqual(bytesOf(""));
    expect(() => regexRules(/ä|😀\n/, some)).toThrow(/matches no text/);
    expect(() => choiceRules(["a", "ä"], some)).toThrow(
      /the choice "ä" has characters that the model has no tokens for/,
    );
    const schema = {
      type: "object",
      properties: { "ä😀": { enum: ["\u0001ü", { é: 1 }] } },
      required: ["ä😀"],
      additionalProperties: false,
    };
    const found = new Set<string>();
    for (let seed = 1; seed <= 30; seed++) found.add(sample(schemaRules(schema, some), chance(seed)).text);
    expect([...found].sort()).toEqual([
      '{"\\u00e4\\ud83d\\ude00": "\\u0001\\u00fc"}',
      '{"\\u00e4\\ud83d\\ude00": {"\\u00e9": 1}}',
    ]);
    for (let seed = 1; seed <= 60; seed++) {
      const { text } = sample(schemaRules({ type: "string" }, some), chance(seed));
      expect(() => JSON.parse(text)).not.toThrow();
    }
  });

  it("wants an end that is a token", () => {
    expect(() => readVocabulary({ ...options, endTokens: [] })).toThrow(
      /has no end token, so that no text could end/,
    );
    expect(() => readVocabulary({ ...options, endTokens: [300] })).toThrow(
      /an end token is 300: give a whole number from 0 to 299/,
    );
  });

  it("lets all tokens of the same bytes through", () => {
    const twice = readVocabulary({
      ...options,
      bytes: (token) => (token === SPECIAL ? bytesOf("ab") : pieceOf(token)),
    });
    const rules = choiceRules(["ab"], twice);
    expect(
      tokensIn(rules.mask(rules.start))
        .filter((token) => token >= 256)
        .map((token) => token === SPECIAL || textOf([token])),
    ).toEqual([true, "ab"]);
  });
});

describe("plain and drafted output", () => {
  const target = toyModel({ vocabularySize: SIZE, sharpness: 2 });
  const small = toyModel({ vocabularySize: SIZE, sharpness: 2, unlike: { seed: 4, share: 0.2 } });
  const cases: Record<string, Rules<unknown>> = {
    "a schema": schemaRules(person, encoding),
    "a schema, in any tokens": schemaRules(person, vocabulary),
    "any JSON": jsonRules(encoding),
    "a pattern": regexRules(/(?:ab|abc)+😀?[x-z]{2}/u, encoding),
    choices: choiceRules(["the name", "the age", "abcabc", "ab"], encoding),
  };
  const drafters: Record<string, () => Drafter> = {
    "given, and lookup": () => given(lookup()),
    "a perfect model": () => given(model(target, { minConfidence: 0 })),
    jacobi: () => jacobi(),
    branches: () => given(branches(model(small), lookup())),
    "tokens at random": () => drafterOf(chance(9)),
  };
  const drafterOf = (random: () => number): Drafter => ({
    name: "random",
    start: async () => ({
      propose: ({ budget }) => {
        const tokens = Array.from({ length: Math.min(6, budget.nodes) }, () => Math.floor(random() * SIZE));
        return budget.depth > 1
          ? { tokens, parents: tokens.map((_, node) => node - 1 - (node % 2)) }
          : chain([]);
      },
    }),
  });
  const run = async (options: Partial<Parameters<typeof decode>[0]>) => {
    const tokens: Token[] = [];
    let rounds = 0;
    let finish: string | undefined;
    const settings = {
      target,
      encoded: { tokens: [1, 2] },
      verifier: identical(),
      maxTokens: 60,
      clock: () => 0,
    };
    for await (const round of decode({ ...settings, ...options })) {
      tokens.push(...round.tokens);
      rounds++;
      finish = round.finish;
    }
    return { tokens, finish, rounds };
  };

  for (const [name, rules] of Object.entries(cases))
    for (const [which, create] of Object.entries(drafters))
      it(`are the same, token for token: ${name}, drafted by ${which}`, async () => {
        for (const temperature of [0, 1])
          for (let seed = 0; seed < (temperature ? 5 : 1); seed++) {
            const shared = { rules, seed, sampling: { temperature } };
            const plain = await run(shared);
            const drafted = await run({ ...shared, drafter: create(), plan: fixedLength(6, 3) });
            expect([drafted.tokens, drafted.finish]).toEqual([plain.tokens, plain.finish]);
            if (plain.finish === "end")
              expect(
                letsThrough(
                  rules,
                  plain.tokens.filter((token) => token !== END),
                ),
              ).toBe(true);
          }
      });

  it("takes fewer rounds where text is forced", async () => {
    const rules = schemaRules(
      {
        type: "object",
        properties: { "the name": { const: "abcabc" }, age: { type: "boolean" } },
        required: ["the name", "age"],
      },
      encoding,
    );
    const plain = await run({ rules });
    const drafted = await run({ rules, drafter: given(lookup()), plan: fixedLength(8) });
    expect(textOf(plain.tokens)).toMatch(/^\{"the name": "abcabc", "age": (?:true|false)\}$/);
    expect(plain.rounds).toBe(plain.tokens.length);
    expect(drafted.rounds).toBeLessThan(plain.rounds / 2);
  });

  it("keeps the rules under rejection sampling", async () => {
    for (const rules of Object.values(cases)) {
      const { tokens, finish } = await run({
        rules,
        verifier: rejection(),
        drafter: given(model(small)),
        plan: fixedLength(5, 2),
        sampling: { temperature: 1 },
      });
      if (finish === "end")
        expect(
          letsThrough(
            rules,
            tokens.filter((token) => token !== END),
          ),
        ).toBe(true);
    }
  });
});
