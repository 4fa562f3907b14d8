import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { jsonRules, schemaGrammar, schemaRules } from "../../src/text/rules/index.js";
import { chance, cut, encoding, isOf, letsThrough, oneOf, sample, vocabulary } from "./rules-setup.js";

type Schema = object | boolean;

const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);

const tree = {
  $defs: {
    tree: {
      type: "object",
      properties: {
        value: { type: "integer" },
        children: { type: "array", items: { $ref: "#/$defs/tree" } },
      },
      required: ["value"],
    },
  },
  $ref: "#/$defs/tree",
};
const linked = {
  type: "object",
  properties: { next: { anyOf: [{ $ref: "#" }, { type: "null" }] } },
  required: ["next"],
  additionalProperties: false,
};
const kind = (name: string, more: object) => ({
  type: "object",
  properties: { kind: { const: name }, ...more },
  required: ["kind"],
  additionalProperties: false,
});

const SCHEMAS: Record<string, Schema> = {
  anything: true,
  "each type": { type: ["null", "boolean", "integer", "number", "string", "array", "object"] },
  strings: { type: "string" },
  "strings of a length": { type: "string", minLength: 2, maxLength: 4 },
  "strings that hold a pattern": { type: "string", pattern: "[ab]+c" },
  "strings from edge to edge": { type: "string", pattern: '^(?:[a-c]{1,3}|😀|\\n|"|\\\\)+$', maxLength: 6 },
  "strings of two patterns": {
    allOf: [{ type: "string", pattern: "^a" }, { pattern: "b$" }, { maxLength: 5 }],
  },
  passwords: { type: "string", pattern: "^(?=.*[0-9])(?=.*[a-z]).{4,8}$" },
  integers: { type: "integer" },
  "integers within bounds": { type: "integer", minimum: -12, maximum: 105 },
  "integers beyond bounds": { type: "integer", exclusiveMinimum: 7, exclusiveMaximum: 1003 },
  "negative integers": { type: "integer", maximum: -3 },
  "integers of JavaScript": { type: "integer", minimum: -9007199254740991, maximum: 9007199254740991 },
  numbers: { type: "number" },
  shares: { type: "number", minimum: 0, maximum: 1 },
  "numbers above a fraction": { type: "number", exclusiveMinimum: 0.05, maximum: 12.5 },
  "small numbers": { type: "number", exclusiveMinimum: -1e-7, exclusiveMaximum: 0 },
  "one of several values": {
    enum: ["a", 1, null, true, { a: [1, "ä"] }, [], {}, "\u0001\ud800", 1e21, -0.5],
  },
  "values of a type": { type: "string", enum: ["a", 1, "b"], minLength: 1 },
  "a constant": { const: { nested: { "a b": [null] } } },
  lists: { type: "array", items: { type: "integer", minimum: 0, maximum: 9 }, minItems: 2, maxItems: 4 },
  "lists without an upper bound": { type: "array", items: { enum: [1, 2] }, minItems: 3 },
  tuples: { type: "array", prefixItems: [{ type: "boolean" }, { type: "null" }] },
  "tuples of a length": {
    type: "array",
    prefixItems: [{ const: 1 }, { const: 2 }],
    items: { const: 3 },
    minItems: 1,
    maxItems: 4,
  },
  "tuples that may end early": {
    type: "array",
    prefixItems: [{ const: 1 }, { const: 2 }, false],
    minItems: 1,
  },
  objects: { type: "object" },
  "objects of properties": {
    type: "object",
    properties: { a: { type: "boolean" }, 'b "c"': { type: "null" }, d: false },
    required: ['b "c"'],
  },
  "objects of further properties": {
    type: "object",
    properties: { name: { type: "boolean" } },
    additionalProperties: { type: "integer" },
    required: ["name", "age"],
  },
  records: {
    type: "object",
    propertyNames: { pattern: "^[a-c]{1,3}$" },
    additionalProperties: { type: "boolean" },
    minProperties: 1,
  },
  "records of listed names": {
    type: "object",
    propertyNames: { enum: ["a", "b"] },
    additionalProperties: { type: "null" },
    properties: { a: { type: "null" } },
  },
  "objects of a size": {
    type: "object",
    properties: { a: { const: 1 }, b: { const: 2 }, c: { const: 3 }, d: { const: 4 } },
    required: ["c"],
    minProperties: 2,
    maxProperties: 3,
  },
  "objects that need a further property": {
    type: "object",
    properties: { a: { const: 1 } },
    additionalProperties: { const: 2 },
    minProperties: 2,
    maxProperties: 3,
  },
  "objects without a type": { properties: { a: { type: "integer" } }, required: ["a"] },
  alternatives: {
    anyOf: [
      { type: "string", maxLength: 2 },
      { type: "integer" },
      { type: "array", items: { type: "null" } },
    ],
  },
  "alternatives that begin alike": {
    anyOf: [{ const: [1, 2] }, { const: [1, 3] }, { type: "array", items: { type: "string" } }],
  },
  "alternatives of objects": {
    oneOf: [kind("circle", { r: { type: "number" } }), kind("square", { a: { type: "number" } })],
  },
  "alternatives apart": {
    oneOf: [
      { type: "integer", maximum: 3 },
      { type: "integer", minimum: 5 },
      { enum: ["a", "b"] },
      { type: "string", pattern: "^c" },
    ],
  },
  "alternatives beside properties": {
    type: "object",
    properties: { a: { type: "integer" }, b: { type: "boolean" } },
    anyOf: [{ required: ["a"] }, { required: ["b"] }],
  },
  "what all say of a property": {
    allOf: [
      { type: "object", properties: { a: { type: "integer", minimum: 3 } }, required: ["a"] },
      { properties: { a: { maximum: 5 }, b: { type: "null" } }, additionalProperties: false },
    ],
  },
  trees: tree,
  "linked lists": linked,
  "references with words beside them": {
    $defs: { short: { type: "string", maxLength: 3 } },
    $ref: "#/$defs/short",
    minLength: 2,
  },
  "references into a schema": {
    type: "array",
    prefixItems: [{ type: "boolean" }],
    items: { $ref: "#/prefixItems/0" },
    minItems: 2,
    maxItems: 3,
  },
  ...Object.fromEntries(
    [
      "date",
      "time",
      "date-time",
      "duration",
      "email",
      "hostname",
      "ipv4",
      "ipv6",
      "uri",
      "uri-reference",
      "uuid",
    ].map((format) => [`the format ${format}`, { type: "string", format }]),
  ),
  "what Zod makes of types": z.toJSONSchema(
    z.object({
      id: z.uuid(),
      mail: z.email().optional(),
      size: z.enum(["small", "large"]).nullable(),
      at: z.iso.datetime(),
      pair: z.tuple([z.int(), z.string().max(3)]),
      counts: z.record(z.string().max(3), z.number().min(0)),
      shape: z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("a"), x: z.boolean() }),
        z.object({ kind: z.literal("b"), y: z.literal([1, 2]) }),
      ]),
    }),
  ),
};

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

describe("schemas that cannot be kept to", () => {
  const says = (schema: unknown, message: RegExp) => expect(() => schemaGrammar(schema)).toThrow(message);

  it("are told to be none", () => {
    for (const schema of [null, 3, "string", [], undefined])
      says(schema, /^# is no JSON schema: .* neither an object nor true or false/);
    says({ properties: { a: 3 } }, /^#\/properties\/a is no JSON schema/);
    says({ type: "strng" }, /^#\/type is no part of a JSON schema: /);
    says({ required: "a" }, /^#\/required is no part of/);
    says({ minLength: -1 }, /^#\/minLength is no part of/);
    says({ anyOf: [] }, /^#\/anyOf is no part of/);
    says({ items: [{}] }, /^#\/items is a list of schemas, as it was before 2020: write prefixItems/);
    says({ type: "string", pattern: "(" }, /^#\/pattern is no regular expression with the flag u: /);
    says({ type: "string", pattern: "\\-" }, /^#\/pattern is no regular expression with the flag u: /);
  });

  it("name keywords that are not supported, and where", () => {
    says(
      { properties: { a: { not: {} } } },
      /^#\/properties\/a\/not: the keyword "not" is not supported in constrained text: say what is allowed/,
    );
    says({ minimun: 3 }, /^#\/minimun: the keyword "minimun" is not supported/);
    says({ items: { uniqueItems: true } }, /^#\/items\/uniqueItems: /);
    says({ "a/b~": 1 }, /the keyword "a\/b~"/);
    for (const key of [
      "if",
      "patternProperties",
      "contains",
      "dependentRequired",
      "unevaluatedProperties",
      "multipleOf",
      "nullable",
      "$anchor",
    ])
      says({ [key]: 1 }, new RegExp(`^#/${key.replace("$", "\\$")}: the keyword`));
    says(
      { type: "string", format: "color" },
      /^#\/format: there is no format "color": choose one of date, time/,
    );
    expect(() =>
      schemaGrammar({ type: "integer", format: "int32", title: "a", "x-order": 1, uniqueItems: false }),
    ).not.toThrow();
    expect(() => schemaGrammar({ type: "string", format: "color", pattern: "^#" })).not.toThrow();
  });

  it("name references that lead nowhere", () => {
    says({ $ref: "#/$defs/a" }, /^#\/\$ref is "#\/\$defs\/a", and there is no such place in the schema/);
    says({ $ref: "#/constructor" }, /there is no such place/);
    says(
      { $ref: "https://example.com/a.json" },
      /which lies outside the schema: references begin with "#\/"/,
    );
    says({ $ref: "#" }, /^# refers to itself and says nothing besides/);
    says(
      { $defs: { a: { $ref: "#/$defs/b" }, b: { anyOf: [{ $ref: "#/$defs/a" }] } }, $ref: "#/$defs/a" },
      /refers to itself/,
    );
    const escaped = { $defs: { "a/b": { "c~d": { "e f": { const: 1 } } } }, $ref: "#/$defs/a~1b/c~0d/e%20f" };
    expect(isOf(schemaGrammar(escaped), "1")).toBe(true);
  });

  it("that nothing fits name the place and the reason", () => {
    const none = "^no text can be written for this schema: ";
    says(false, new RegExp(`${none}# is false`));
    says({ properties: { a: false }, required: ["a"] }, new RegExp(`${none}#/properties/a is false`));
    says(
      { properties: { a: {} }, additionalProperties: false, required: ["b"] },
      new RegExp(`${none}#/additionalProperties is false`),
    );
    says(
      { type: "array", items: { enum: [] }, minItems: 1 },
      new RegExp(`${none}#/items: none of its enum or const is allowed`),
    );
    says({ type: "integer", enum: ["a"] }, new RegExp(`${none}#: none of its enum or const is allowed`));
    says(
      { allOf: [{ type: "string" }, { type: "null" }] },
      new RegExp(`${none}#: no type is allowed by all`),
    );
    says(
      { type: "string", minLength: 3, maxLength: 2 },
      new RegExp(`${none}#: minLength 3 is above maxLength 2`),
    );
    says({ type: "string", pattern: "^a+$", maxLength: 0 }, new RegExp(`${none}#: no text fits its pattern`));
    says({ type: "integer", minimum: 3, maximum: 2 }, new RegExp(`${none}#: no number of up to 15 digits`));
    says({ type: "integer", exclusiveMinimum: 3, exclusiveMaximum: 4 }, /no number/);
    says({ type: "array", minItems: 2, maxItems: 1 }, new RegExp(`${none}#: minItems 2 is above maxItems 1`));
    says(
      { type: "array", prefixItems: [{}, false], minItems: 2 },
      new RegExp(`${none}#/prefixItems/1 is false`),
    );
    says({ type: "object", minProperties: 2, maxProperties: 1 }, /minProperties 2 is above maxProperties 1/);
    says(
      { properties: { a: {}, b: {} }, required: ["a", "b"], maxProperties: 1 },
      /2 properties are required, and maxProperties is 1/,
    );
    says(
      { type: "object", minProperties: 2 },
      /minProperties is 2, and only 1 different properties are sure to be written/,
    );
    says({ propertyNames: { maxLength: 1 }, required: ["ab"] }, /#\/propertyNames\/ab is false/);
    const endless = { properties: { a: { $ref: "#" } }, required: ["a"] };
    says(endless, new RegExp(`${none}#/properties/a always holds another of itself, without an end`));
    const turns = {
      $defs: {
        a: { type: "array", items: { $ref: "#/$defs/b" }, minItems: 1 },
        b: { properties: { c: { $ref: "#/$defs/a" } }, required: ["c"] },
      },
      $ref: "#/$defs/a",
    };
    says(turns, /always holds another of itself/);
  });

  it("name alternatives of a oneOf that may both hold", () => {
    const both =
      /^#\/oneOf\/0 and #\/oneOf\/1 may both hold for a value, and oneOf wants one alone: write anyOf/;
    says({ oneOf: [{ type: "integer" }, { type: "number" }] }, both);
    says(
      {
        oneOf: [
          { type: "object", properties: { a: { type: "integer" } } },
          { type: "object", properties: { b: { type: "integer" } } },
        ],
      },
      both,
    );
    says({ oneOf: [{ enum: ["a"] }, { type: "string" }] }, both);
    says(
      {
        oneOf: [
          { type: "string", pattern: "a" },
          { type: "string", pattern: "b" },
        ],
      },
      both,
    );
  });

  it("ends where alternatives are too many", () => {
    const anyOf = Array.from({ length: 30 }, (_, index) => ({ minimum: index }));
    says({ type: "integer", allOf: [{ anyOf }, { anyOf }] }, /comes to more than 500 alternatives/);
  });
});
