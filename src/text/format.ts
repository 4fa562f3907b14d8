import { quoted, usage } from "../core/errors.js";
import { once } from "../core/once.js";
import type { Rules } from "../core/types.js";
import type { TextManifest } from "./manifest.js";
import { choiceRules, jsonRules, readVocabulary, regexRules, schemaRules } from "./rules/index.js";
import type { TextTokenizer } from "./tokenizer.js";

/** What form an answer has. The rules make it so: other tokens are never chosen, and those that are forced need no pass each. */
export type TextFormat =
  /** JSON that a JSON Schema allows (see `schemaRules` for the keywords). */
  | { readonly schema: unknown }
  /** A text that a regular expression matches from end to end. */
  | { readonly regex: string }
  | { readonly choices: readonly string[] }
  /** Any JSON. */
  | { readonly json: true };

export interface FormatParts {
  readonly manifest: Pick<TextManifest, "end" | "target">;
  readonly tokenizer: TextTokenizer;
}

const KINDS = ["schema", "regex", "choices", "json"];
/** Formats whose rules, and the masks that were made for them, are kept. */
const KEPT = 16;

/**
 * Rules of formats for the tokens of a model; those of a format that was asked for before are the same ones.
 *
 * @throws usage errors for what is no format, a schema that cannot be kept or that no text can fulfil, a wrong pattern
 */
export function createFormats({ manifest, tokenizer }: FormatParts): (format: TextFormat) => Rules<unknown> {
  const vocabulary = once(() => {
    const special = new Set(tokenizer.special.values());
    return readVocabulary({
      size: Math.min(tokenizer.size, manifest.target.vocabularySize),
      bytes: (token) => (special.has(token) ? undefined : tokenizer.bytes(token)),
      endTokens: manifest.end,
      encode: (text) => tokenizer.encode(text),
    });
  });

  function made(format: TextFormat): Rules<unknown> {
    if ("schema" in format) return schemaRules(format.schema, vocabulary());
    if ("regex" in format) return regexRules(format.regex, vocabulary());
    if ("choices" in format) return choiceRules(format.choices, vocabulary());
    return jsonRules(vocabulary());
  }

  const known = new Map<string, Rules<unknown>>();
  return (format) => {
    const key = JSON.stringify(format) ?? "nothing";
    const kinds = typeof format === "object" && format !== null ? Object.keys(format) : [];
    if (kinds.length !== 1 || !KINDS.includes(kinds[0]))
      throw usage(
        `the format is ${quoted(key)}: give one of { schema }, { regex }, { choices } and { json: true }`,
      );
    const rules = known.get(key) ?? made(format);
    // In the order in which they were asked for last.
    known.delete(key);
    known.set(key, rules);
    for (const oldest of known.keys()) if (known.size > KEPT) known.delete(oldest);
    return rules;
  };
}
