import { usage } from "../core/errors.js";
import { hint } from "../core/near.js";
import { once } from "../core/once.js";
import type { Rules } from "../core/types.js";
import type { TextManifest } from "./manifest.js";
import type { Grammar } from "./rules/grammar.js";
import { grammarRules } from "./rules/rules.js";
import { type JsonOptions, schemaGrammar } from "./rules/schema.js";
import { choiceGrammar, regexGrammar } from "./rules/text.js";
import { readVocabulary } from "./rules/vocabulary.js";
import type { TextTokenizer } from "./tokenizer.js";

/**
 * What an answer is to be, one of: JSON that fits a schema (see `schemaGrammar`), a text that a regular expression matches as
 * a whole (see `regexGrammar`), one of several texts, or any JSON value.
 */
export type TextFormat =
  | ({ readonly schema: unknown } & JsonOptions)
  | { readonly regex: string | RegExp }
  | { readonly choices: readonly string[] }
  | ({ readonly json: true } & JsonOptions);

/** A format that was looked at: equal ones have equal keys. */
interface Checked {
  readonly key: string;
  grammar(missing?: ReadonlySet<number>): Grammar;
}

const KINDS = ["schema", "regex", "choices", "json"] as const;
type Kind = (typeof KINDS)[number];
const SPACES = ["one", "none", "optional"];

type Fields = Readonly<Record<string, unknown>>;

const makers: Readonly<Record<Kind, (value: unknown, options: JsonOptions) => Checked>> = {
  schema(value, options) {
    // A copy: parts of it are read while the answer is made, when its owner may have changed it.
    const text = jsonOf(value);
    const schema: unknown = JSON.parse(text);
    const key = JSON.stringify(["schema", options.spaces, text]);
    return { key, grammar: (missing) => schemaGrammar(schema, options, missing) };
  },
  regex(value) {
    if (typeof value !== "string" && !(value instanceof RegExp))
      throw usage("the format's regex is neither a regular expression nor a text: give one of them");
    const key = JSON.stringify(["regex", typeof value, String(value)]);
    return { key, grammar: (missing) => regexGrammar(value, missing) };
  },
  choices(value) {
    const isList = Array.isArray(value) && value.every((text) => typeof text === "string");
    if (!isList) throw usage("the format's choices are no list of texts: give an array of strings");
    const choices: readonly string[] = [...value];
    return {
      key: JSON.stringify(["choices", choices]),
      grammar: (missing) => choiceGrammar(choices, missing),
    };
  },
  json(value, options) {
    if (value !== true) throw usage("the format's json is not true: give { json: true }, or no format");
    return makers.schema(true, options);
  },
};

function jsonOf(schema: unknown): string {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(schema);
  } catch (error) {
    cause = error;
  }
  if (text !== undefined) return text;
  const why = cause === undefined ? `it is a ${typeof schema}` : (cause as Error).message;
  throw usage(`the format's schema cannot be written as JSON (${why}): give a JSON schema`, cause);
}

function checked(format: unknown): Checked {
  const wayOut = "give one of { schema }, { regex }, { choices } and { json: true }";
  if (typeof format !== "object" || format === null)
    throw usage(`the format is ${JSON.stringify(format) ?? typeof format}: ${wayOut}`);
  const fields = format as Fields;
  const given = Object.keys(fields).filter((field) => fields[field] !== undefined);
  const known = [...KINDS, "spaces"];
  const strange = given.find((field) => !known.includes(field));
  if (strange !== undefined)
    throw usage(
      `the format has an unknown field ${JSON.stringify(strange)}: ${hint(strange, known)}${wayOut}`,
    );
  const kinds = KINDS.filter((kind) => given.includes(kind));
  if (kinds.length !== 1)
    throw usage(`the format has ${kinds.length > 0 ? `both ${kinds.join(" and ")}` : "nothing"}: ${wayOut}`);
  const [kind] = kinds;
  return makers[kind](fields[kind], spacesOf(fields.spaces, kind));
}

function spacesOf(spaces: unknown, kind: Kind): JsonOptions {
  if (spaces === undefined) return {};
  if (kind !== "schema" && kind !== "json")
    throw usage(`the format's spaces are for JSON, and it has ${kind}: leave spaces out`);
  if (!SPACES.includes(spaces as string))
    throw usage(`the format's spaces are ${JSON.stringify(spaces)}: choose one of ${SPACES.join(", ")}`);
  return { spaces: spaces as JsonOptions["spaces"] };
}

/** The same text for formats that say the same. @throws a usage error for what is no format */
export const formatKey = (format: TextFormat): string => checked(format).key;

/**
 * Looks at a format without a model.
 *
 * @throws usage errors: for what is no format, no schema, no regular expression, and for what no text fits
 */
export function checkFormat(format: TextFormat): void {
  checked(format).grammar();
}

/** Formats whose rules, and the masks that were made for them, are kept. */
const MOST_KEPT = 16;

export interface FormatParts {
  readonly manifest: Pick<TextManifest, "end" | "target">;
  readonly tokenizer: TextTokenizer;
}

/**
 * The rules of formats, by the tokens of one model. Those of the formats that were asked for last are kept, with all masks that
 * were found: the same format costs nothing the second time.
 *
 * @throws usage errors, as `checkFormat`
 */
export function createFormats({ manifest, tokenizer }: FormatParts): (format: TextFormat) => Rules<unknown> {
  const vocabulary = once(() =>
    readVocabulary({
      size: manifest.target.vocabularySize,
      // Special tokens stand for no text.
      bytes: tokenizer.bytes,
      endTokens: manifest.end,
      encode: (text) => tokenizer.encode(text),
    }),
  );
  const kept = new Map<string, Rules<unknown>>();
  return (format) => {
    const { key, grammar } = checked(format);
    const rules = kept.get(key) ?? grammarRules(grammar(vocabulary().missing), vocabulary());
    // In the order in which they were asked for last.
    kept.delete(key);
    kept.set(key, rules);
    for (const oldest of kept.keys()) if (kept.size > MOST_KEPT) kept.delete(oldest);
    return rules;
  };
}
