import { z } from "zod";
import { quoted, usage } from "../../../core/errors.js";

const TYPES = ["null", "boolean", "integer", "number", "string", "object", "array"] as const;
export type TypeName = (typeof TYPES)[number];

const count = z.number().int().nonnegative();
const bound = z.number();
const names = z.array(z.string());
const schemas = z.record(z.string(), z.unknown());
const several = z.array(z.unknown()).nonempty();

/** What a schema may say here, one level of it: subschemas are read when they are come to. */
const shape = z.object({
  $ref: z.string().optional(),
  type: z.union([z.enum(TYPES), z.array(z.enum(TYPES)).nonempty()]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  allOf: several.optional(),
  anyOf: several.optional(),
  oneOf: several.optional(),
  minimum: bound.optional(),
  maximum: bound.optional(),
  exclusiveMinimum: bound.optional(),
  exclusiveMaximum: bound.optional(),
  minLength: count.optional(),
  maxLength: count.optional(),
  pattern: z.string().optional(),
  format: z.string().optional(),
  prefixItems: several.optional(),
  items: z.unknown().optional(),
  minItems: count.optional(),
  maxItems: count.optional(),
  uniqueItems: z.literal(false).optional(),
  properties: schemas.optional(),
  required: names.optional(),
  additionalProperties: z.unknown().optional(),
  propertyNames: z.unknown().optional(),
  minProperties: count.optional(),
  maxProperties: count.optional(),
});

export type Keywords = Readonly<z.infer<typeof shape>>;

/** What restricts nothing: descriptions, and places for schemas to refer to. */
const NOTES = new Set([
  ...[
    "$schema",
    "$id",
    "$comment",
    "$defs",
    "definitions",
    "title",
    "description",
    "default",
    "examples",
    "example",
  ],
  ...["deprecated", "readOnly", "writeOnly", "contentEncoding", "contentMediaType"],
]);

/** What to write instead of keywords that other dialects have. */
const INSTEAD: Readonly<Record<string, string>> = {
  additionalItems: "write items beside prefixItems",
  nullable: 'write "null" among the types',
  not: "say what is allowed",
  if: "write anyOf",
  patternProperties: "write propertyNames and additionalProperties",
  unevaluatedProperties: "write additionalProperties",
  unevaluatedItems: "write items",
  multipleOf: 'write "type": "integer", or an enum',
};

/**
 * Reads one level of a schema; `false`: it allows nothing.
 *
 * @throws a usage error that names the place, for what is no schema and for keywords that would restrict more than can be
 * kept to
 */
export function readKeywords(schema: unknown, path: string): Keywords | false {
  if (typeof schema === "boolean") return schema ? {} : false;
  if (typeof schema !== "object" || schema === null || Array.isArray(schema))
    throw usage(
      `${path} is no JSON schema: ${quoted(String(JSON.stringify(schema)))} is neither an object nor true or false`,
    );
  for (const key of Object.keys(schema))
    if (!(key in shape.shape) && !NOTES.has(key) && !key.startsWith("x-")) throw unsupported(key, path);
  if ("uniqueItems" in schema && schema.uniqueItems === true) throw unsupported("uniqueItems", path);
  if ("items" in schema && Array.isArray(schema.items))
    throw usage(`${path}/items is a list of schemas, as it was before 2020: write prefixItems`);
  const { error } = shape.safeParse(schema);
  if (!error) return schema as Keywords;
  const [issue] = error.issues;
  throw usage(`${[path, ...issue.path].join("/")} is no part of a JSON schema: ${issue.message}`);
}

const unsupported = (key: string, path: string) =>
  usage(
    `${path}/${key}: the keyword ${quoted(key)} is not supported in constrained text: ${INSTEAD[key] ?? "leave it out"}`,
  );
