import { describe, expect, it } from "vitest";
import { schemaGrammar } from "../../src/text/rules/index.js";
import { isOf } from "./rules-setup.js";

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
    says({ $ref: "#" }, /^# refers to itself with no property or item in between/);
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
