import { jsonString, plainText } from "../encode.js";
import { choice, type Grammar, later, literal, sequence } from "../grammar.js";
import { type All, keyOf } from "./combine.js";
import { scalarText } from "./leaves.js";
import type { Build, Marks } from "./marks.js";
import { arrayOf, objectOf } from "./nested.js";
import type { Plan } from "./plan.js";
import type { Kind, Shape } from "./shape.js";

/** The texts of a schema's values. */
export function buildGrammar(root: All, plan: Plan, marks: Marks, missing: ReadonlySet<number>): Grammar {
  const values = new Map<string, Grammar>();
  const build: Build = {
    plan,
    marks,
    text: (scalar) => scalarText(scalar, missing),
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
  if (shape.values) return listed(shape.values, build);
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

/** One of the values that are listed. */
function listed(values: readonly unknown[], build: Build): Grammar {
  const scalars = values.filter((value) => !hasParts(value)).map(build.text);
  const others = values.filter(hasParts).map((value) => knownValue(value, build));
  return choice(...(scalars.length > 0 ? [literal(...scalars)] : []), ...others);
}

const hasParts = (value: unknown): value is object => typeof value === "object" && value !== null;

function knownValue(value: unknown, build: Build): Grammar {
  if (!hasParts(value)) return literal(build.text(value));
  const { comma, colon } = build.marks;
  const parts = Array.isArray(value)
    ? value.map((item) => knownValue(item, build))
    : Object.entries(value).map(([name, one]) =>
        sequence(literal(build.text(name)), colon, knownValue(one, build)),
      );
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const list = parts.flatMap((part, index) => (index === 0 ? [part] : [comma, part]));
  return sequence(literal(open), ...list, literal(close));
}
