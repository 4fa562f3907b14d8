import type { Rules } from "../../core/types.js";
import type { Grammar } from "./grammar.js";
import { grammarRules } from "./rules.js";
import { buildGrammar } from "./schema/build.js";
import { combine } from "./schema/combine.js";
import { checkChoice } from "./schema/disjoint.js";
import { openDocument } from "./schema/document.js";
import { createHolds } from "./schema/holds.js";
import { marksOf, type Spaces } from "./schema/marks.js";
import { planOf } from "./schema/plan.js";
import type { Vocabulary } from "./vocabulary.js";

export type { Spaces } from "./schema/marks.js";

export interface JsonOptions {
  /**
   * What stands behind commas and colons: one space as in {"a": 1, "b": 2}, the default and what models mostly write, none,
   * or either. There is no other space, so that a model cannot write spaces for ever.
   */
  readonly spaces?: Spaces;
}

/**
 * JSON that fits a schema (JSON Schema 2020-12). Everything that is written is valid; of what is valid, one way is written:
 * properties in the order of the schema, further ones only where additionalProperties is given or no properties are, tuples
 * in full, numbers of up to 15 digits, and without a type the one that the other keywords are about.
 *
 * @throws usage errors that name the place: what is no schema, keywords that are not supported, schemas that nothing fits
 */
export function schemaGrammar(
  schema: unknown,
  { spaces = "one" }: JsonOptions = {},
  missing: ReadonlySet<number> = new Set(),
): Grammar {
  const document = openDocument(schema);
  const holds = createHolds(document, { formats: true });
  const mayHold = createHolds(document, { formats: false });
  const combined = combine(document);
  const root = [document.root];
  const plan = planOf(root, combined, holds, missing);
  for (const said of combined.choices.values()) checkChoice(said, combined, mayHold);
  return buildGrammar(root, plan, marksOf(spaces), missing);
}

/**
 * Rules for JSON that fits a schema: see `schemaGrammar`.
 *
 * @example
 * const rules = schemaRules({ type: "object", properties: { name: { type: "string" } }, required: ["name"] }, vocabulary);
 */
export const schemaRules = (schema: unknown, vocabulary: Vocabulary, options?: JsonOptions): Rules<unknown> =>
  grammarRules(schemaGrammar(schema, options, vocabulary.missing), vocabulary);

/** Rules for any JSON value. */
export const jsonRules = (vocabulary: Vocabulary, options?: JsonOptions): Rules<unknown> =>
  schemaRules(true, vocabulary, options);
