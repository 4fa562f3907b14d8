import { z } from "zod";

type Schema = object | boolean;

export const tree = {
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
export const linked = {
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

/** Schemas by what they are about. */
export const SCHEMAS: Record<string, Schema> = {
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
