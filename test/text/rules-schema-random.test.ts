import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect, it } from "vitest";
import { kindOf } from "../../src/core/errors.js";
import { schemaRules } from "../../src/text/rules/index.js";
import { chance, encoding, oneOf, sample, vocabulary } from "./rules-setup.js";

const NAMES = ["a", "b", "ab", "c d", 'q"', "ä"];
const SCALARS = [1, 2, 2.5, -3, "a", "bb", "ä", null, true, false];
const TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"];
const PATTERNS = ["^a", "b$", "^[ab]+$", "ä|c", "^(?=.*a).{2,5}$", "\\bab\\b"];

/** A schema in which each keyword stands by chance. */
function randomSchema(random: () => number) {
  const below = (count: number) => Math.floor(random() * count);
  const list = <T>(most: number, make: () => T) => Array.from({ length: 1 + below(most) }, make);
  const level = (depth: number): object | boolean => {
    if (random() < 0.06) return random() < 0.8;
    if (random() < 0.08) return { $ref: oneOf(["#/$defs/x", "#/$defs/y", "#"], random) };
    const schema: Record<string, unknown> = {};
    const put = (share: number, key: string, make: () => unknown) => {
      if (random() < share) schema[key] = make();
    };
    put(0.7, "type", () => oneOf(TYPES, random));
    put(0.1, "type", () => [...new Set(list(3, () => oneOf(TYPES, random)))]);
    put(0.2, "minimum", () => below(20) - 10);
    put(0.2, "maximum", () => below(20) - 2.5);
    put(0.1, "exclusiveMinimum", () => below(5) - 5);
    put(0.1, "exclusiveMaximum", () => below(12) + 0.5);
    put(0.2, "minLength", () => below(4));
    put(0.2, "maxLength", () => below(6));
    put(0.15, "pattern", () => oneOf(PATTERNS, random));
    put(0.08, "format", () => oneOf(["date", "uuid", "ipv4", "time"], random));
    put(0.08, "enum", () => list(4, () => oneOf(SCALARS, random)));
    put(0.04, "const", () => oneOf(SCALARS, random));
    if (depth === 0) return schema;
    const within = () => level(depth - 1);
    put(0.4, "items", within);
    put(0.2, "prefixItems", () => list(3, within));
    put(0.2, "minItems", () => below(3));
    put(0.2, "maxItems", () => below(5));
    put(0.5, "properties", () => Object.fromEntries(list(3, () => [oneOf(NAMES, random), within()])));
    put(0.3, "required", () => [...new Set(list(3, () => oneOf(NAMES, random)))]);
    put(0.3, "additionalProperties", within);
    put(0.1, "propertyNames", () =>
      oneOf([{ maxLength: 2 }, { pattern: "^[ab]" }, { enum: ["a", "zz"] }], random),
    );
    put(0.15, "minProperties", () => below(3));
    put(0.15, "maxProperties", () => below(4));
    put(0.1, "allOf", () => list(2, within));
    put(0.12, "anyOf", () => list(3, within));
    put(0.08, "oneOf", () => list(2, within));
    return schema;
  };
  return { ...Object(level(3)), $defs: { x: level(2), y: level(1) } };
}

/** Undefined for what the validator itself cannot read: references in circles. */
function validator(schema: object): ValidateFunction | undefined {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  try {
    return ajv.compile(schema);
  } catch {
    return undefined;
  }
}

it("writes JSON that a validator takes, or says why not, whatever the schema", () => {
  let written = 0;
  for (let seed = 1; seed <= 150; seed++) {
    const random = chance(seed);
    const schema = randomSchema(random);
    const fits = validator(schema);
    let rules: ReturnType<typeof schemaRules>;
    try {
      rules = schemaRules(schema, oneOf([vocabulary, encoding], random), {
        spaces: oneOf(["one", "none", "optional"], random),
      });
    } catch (error) {
      expect([schema, kindOf(error), error]).toEqual([schema, "usage", error]);
      continue;
    }
    if (!fits) continue;
    written++;
    for (let turn = 1; turn <= 5; turn++) {
      const { text } = sample(rules, chance(turn), 10 * turn);
      if (!fits(JSON.parse(text))) expect([JSON.stringify(schema), text, fits.errors]).toEqual([]);
    }
  }
  expect(written).toBeGreaterThan(60);
});
