import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { jsonRules, schemaGrammar, schemaRules } from "../../src/text/rules/index.js";
import { linked, SCHEMAS, tree } from "./rules-schemas.js";
import { chance, cut, encoding, isOf, letsThrough, oneOf, sample, vocabulary } from "./rules-setup.js";

type Schema = object | boolean;

const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);

describe("schemaRules", () => {
  for (const [name, schema] of Object.entries(SCHEMAS))
    it(`writes JSON that a validator takes: ${name}`, () => {
      const fits = ajv.compile(schema);
      for (const [words, spaces] of [
        [vocabulary, "optional"],
        [encoding, "one"],
      ] as const) {
        const rules = schemaRules(schema, words, { spaces });
        for (let seed = 1; seed <= 40; seed++) {
          const { text } = sample(rules, chance(seed), 5 + seed);
          const value = JSON.parse(text);
          if (!fits(value)) expect([text, fits.errors]).toEqual([]);
        }
      }
    });

  it("can write all values that differ in what the schema leaves open", () => {
    const reached: readonly (readonly [Schema, readonly string[]])[] = [
      [
        true,
        [
          "null",
          "-1.5e-3",
          '"a\\n\\ud83d\\uDE00\\u00e4\\u0000😀ä/\\\\"',
          "[[], {}, [1, [2]]]",
          '{"a": {"b": [true]}, "a": 1}',
          '""',
        ],
      ],
      [{ type: "integer", minimum: -12, maximum: 105 }, ["-12", "105", "0", "100", "99", "-1"]],
      [{ type: "number", exclusiveMinimum: 0.05, maximum: 12.5 }, ["0.051", "12.50", "12", "1.0", "0.1"]],
      [{ type: "string", minLength: 2, maxLength: 4 }, ['"😀😀😀😀"', '"\\ud83d\\ude00ab"', '"ab"']],
      [{ type: "string", pattern: "[ab]+c" }, ['"xxbc"', '"\\u00e4ac"', '"ac😀"']],
      [tree, ['{"value": 1}', '{"value": 1, "children": [{"value": 2, "children": []}, {"value": 3}]}']],
      [linked, ['{"next": {"next": {"next": null}}}']],
      [
        { type: "array", prefixItems: [{ const: 1 }, { const: 2 }], items: { const: 3 } },
        ["[]", "[1]", "[1, 2, 3, 3]"],
      ],
    ];
    for (const [schema, texts] of reached)
      for (const text of texts)
        for (let seed = 1; seed <= 10; seed++) {
          const tokens = cut(text, chance(seed));
          if (!letsThrough(schemaRules(schema, vocabulary), tokens))
            expect([schema, text, tokens]).toEqual([]);
        }
  });

  it("writes nothing that does not fit", () => {
    const wrong: readonly (readonly [Schema, readonly string[]])[] = [
      [
        true,
        [
          "",
          "01",
          "1.",
          ".5",
          "+1",
          "'a'",
          '"\\ud83d"',
          '"\\ude00"',
          '"\\ud83d\\u0061"',
          '"\n"',
          "[1,]",
          "[,1]",
          '{"a"}',
          "nul",
          '"\\x"',
          '"\\u0061"',
          '"\\/"',
          "[1,  2]",
          " 1",
          "1 ",
        ],
      ],
      [{ type: "integer", minimum: -12, maximum: 105 }, ["-13", "106", "1000", "-0", "1.0", "1e1"]],
      [
        { type: "number", exclusiveMinimum: 0.05, maximum: 12.5 },
        ["0.05", "0.050", "12.51", "13", "0", "-1"],
      ],
      [{ type: "string", minLength: 2, maxLength: 4 }, ['"😀"', '"\\ud83d\\ude00"', '"abcde"', '""']],
      [{ type: "string", pattern: "[ab]+c" }, ['"ab"', '""', '"\\u0061"']],
      [
        { type: "object", properties: { a: { const: 1 } }, additionalProperties: { const: 2 } },
        ['{"a": 2}', '{"\\u0061": 2}', '{"b": 1}'],
      ],
    ];
    for (const [schema, texts] of wrong)
      for (const text of texts) if (isOf(schemaGrammar(schema), text)) expect([schema, text]).toEqual([]);
  });

  it("compares numbers as a validator does", () => {
    const random = chance(11);
    const digits = () => String(Math.floor(random() * 10 ** Math.floor(random() * 4)));
    const number = () =>
      `${oneOf(["", "-"], random)}${digits()}${oneOf(["", `.${digits()}`, ".0", `.0${digits()}`], random)}`;
    for (let round = 0; round < 150; round++) {
      const [low, high] = [Number(number()), Number(number())].sort((a, b) => a - b);
      const least = oneOf(["minimum", "exclusiveMinimum"], random);
      const most = oneOf(["maximum", "exclusiveMaximum"], random);
      if (low === high) continue;
      const schema = { type: "number", [least]: low, [most]: high };
      const fits = ajv.compile(schema);
      const grammar = schemaGrammar(schema);
      for (let turn = 0; turn < 60; turn++) {
        const text = oneOf(
          [number(), String(low), String(high), `${low}${String(low).includes(".") ? "" : "."}01`],
          random,
        );
        if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text)) continue;
        if (isOf(grammar, text) !== fits(Number(text))) expect([schema, text]).toEqual([]);
      }
    }
  });

  it("looks for a pattern anywhere in a string, as a validator does", () => {
    const patterns = [
      "a",
      "^a",
      "a$",
      "^a|b$",
      "(?:^|b)a(?:c|$)",
      "a(?!b)",
      "(?<!b)a",
      "\\bab\\b",
      "^(?=.*b)a",
      "^(?!.*b)",
      "^$",
      "",
      "a^b|c",
    ];
    const random = chance(13);
    for (const pattern of patterns) {
      const grammar = schemaGrammar({ type: "string", pattern });
      const regex = new RegExp(pattern, "u");
      for (let round = 0; round < 600; round++) {
        const text = Array.from({ length: Math.floor(random() * 5) }, () =>
          oneOf(["a", "b", "c", " ", "ä", "\n"], random),
        ).join("");
        if (isOf(grammar, JSON.stringify(text)) !== regex.test(text)) expect([pattern, text]).toEqual([]);
      }
      for (let seed = 1; seed <= 10; seed++)
        expect(
          JSON.parse(sample(schemaRules({ type: "string", pattern }, vocabulary), chance(seed), 6).text),
        ).toMatch(regex);
    }
  });

  it("keeps to patterns and lengths at once", () => {
    const texts = [""];
    for (let at = 0; texts[at].length < 9; at++) texts.push(`${texts[at]}a`, `${texts[at]}b`);
    for (const pattern of ["^(?:aa|bbb)*$", "^(?:a{7}|b)+$", "ab$", "^b*a{3}b*$"])
      for (const [minLength, maxLength] of [
        [0, 3],
        [4, 7],
        [5, 5],
        [3, undefined],
        [7, undefined],
        [undefined, 8],
      ]) {
        const grammar = schemaGrammar({ type: "string", pattern, minLength, maxLength });
        const fits = (text: string) =>
          new RegExp(pattern, "u").test(text) &&
          Array.from(text).length >= (minLength ?? 0) &&
          Array.from(text).length <= (maxLength ?? 9_999);
        const wrong = texts.filter((text) => isOf(grammar, JSON.stringify(text)) !== fits(text));
        expect([pattern, minLength, maxLength, wrong]).toEqual([pattern, minLength, maxLength, []]);
        const rules = schemaRules({ type: "string", pattern, minLength, maxLength }, vocabulary);
        for (let seed = 1; seed <= 8; seed++)
          expect(fits(JSON.parse(sample(rules, chance(seed), 8).text))).toBe(true);
      }
    expect(() => schemaGrammar({ type: "string", format: "email", maxLength: 255 })).not.toThrow();
    expect(() => schemaGrammar({ type: "string", format: "email", maxLength: 1e6 })).toThrow(
      /#\/format cannot be made into an automaton \(it has \d+ states, and lengths of up to 1000000 are too many for it\)/,
    );
    expect(() => schemaGrammar({ type: "string", pattern: "^(?:aa)*$", minLength: 3, maxLength: 3 })).toThrow(
      /no text fits its pattern/,
    );
  });

  it("puts the spaces that were asked for", () => {
    const schema = { const: { a: [1, 2], b: "c" } };
    const of = (spaces?: "one" | "none" | "optional") =>
      [
        '{"a": [1, 2], "b": "c"}',
        '{"a":[1,2],"b":"c"}',
        '{"a":[1, 2], "b": "c"}',
        '{"a":  [1, 2], "b": "c"}',
      ].map((text) => isOf(schemaGrammar(schema, { spaces }), text));
    expect(of()).toEqual([true, false, false, false]);
    expect(of("none")).toEqual([false, true, false, false]);
    expect(of("optional")).toEqual([true, true, true, false]);
  });
});

describe("jsonRules", () => {
  it("writes any JSON", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { text } = sample(jsonRules(vocabulary, { spaces: "optional" }), chance(seed), 60);
      expect(() => JSON.parse(text)).not.toThrow();
    }
  });
});
