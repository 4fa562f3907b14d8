import { jsonString, plainText } from "../encode.js";
import { choice, type Grammar, later, literal, sequence } from "../grammar.js";
import { type All, keyOf } from "./combine.js";
import type { Build, Marks } from "./marks.js";
import { arrayOf, objectOf } from "./nested.js";
import type { Plan } from "./plan.js";
import type { Kind, Shape } from "./shape.js";

/** The texts of a schema's values. */
export function buildGrammar(root: All, plan: Plan, marks: Marks): Grammar {
  const values = new Map<string, Grammar>();
  const build: Build = {
    plan,
    marks,
    value(all) {
      const key = keyOf(all);
      const found =
        values.get(key) ?? later(() => choice(...plan.shapes(all).map((shape) => shapeText(shape, build))));
      values.set(key, found);
      return found;
    },
  };
  return build.value(root);
}

function shapeText(shape: Shape, build: Build): Grammar {
  if (shape.values) return choice(...shape.values.map((value) => knownValue(value, build.marks)));
  const kinds = build.plan.kinds(shape);
  return choice(...kinds.map((kind) => kindText(kind, shape, build)));
}

function kindText(kind: Kind, shape: Shape, build: Build): Grammar {
  const { plan } = build;
  switch (kind) {
    case "null":
      return literal("null");
    case "boolean":
      return literal("true", "false");
    case "integer":
    case "fraction":
      return plainText(possible(plan.numbers(shape)));
    case "string":
      return jsonString(possible(plan.strings(shape)));
    case "array":
      return arrayOf(shape, build);
    case "object":
      return objectOf(shape, build);
  }
}

/** Only kinds of which there are values are written. */
const possible = <T>(found: T | undefined): T => found as T;

function knownValue(value: unknown, marks: Marks): Grammar {
  if (typeof value !== "object" || value === null) return literal(JSON.stringify(value));
  const parts = Array.isArray(value)
    ? value.map((item) => knownValue(item, marks))
    : Object.entries(value).map(([name, one]) =>
        sequence(literal(JSON.stringify(name)), marks.colon, knownValue(one, marks)),
      );
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const list = parts.flatMap((part, index) => (index === 0 ? [part] : [marks.comma, part]));
  return sequence(literal(open), ...list, literal(close));
}
