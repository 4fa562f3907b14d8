import { quoted, usage } from "../../core/errors.js";
import type { Rules } from "../../core/types.js";
import { plainText } from "./encode.js";
import { type Grammar, literal } from "./grammar.js";
import { matching } from "./pattern.js";
import { grammarRules } from "./rules.js";
import { hasAny } from "./utf8.js";
import type { Vocabulary } from "./vocabulary.js";

/**
 * Texts that a regular expression matches as a whole: ^ and $ may be there or not. A string is read with the flag u; a RegExp
 * has its own flags, of which g, y and d say nothing here.
 *
 * @throws usage errors for what is no regular expression, for references to groups and lookarounds that no automaton can be
 * made of, and where no text matches
 */
export function regexGrammar(pattern: RegExp | string, missing?: ReadonlySet<number>): Grammar {
  const regex = typeof pattern === "string" ? compiled(pattern) : pattern;
  const name = `the regular expression ${shortened(String(regex))}`;
  const characters = matching([{ regex, whole: true, name }], { missing });
  const grammar = characters && plainText(characters);
  if (!grammar || grammar.kind === "end")
    throw usage(`${name} matches ${grammar ? "the empty text only" : "no text"}: nothing could be written`);
  return grammar;
}

const shortened = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

function compiled(pattern: string): RegExp {
  try {
    return new RegExp(pattern, "u");
  } catch (cause) {
    throw usage(
      `${quoted(pattern)} is no regular expression with the flag u: ${(cause as Error).message}`,
      cause,
    );
  }
}

/** One of several texts. @throws a usage error where there are none, or one that cannot be written */
export function choiceGrammar(choices: readonly string[], missing: ReadonlySet<number> = new Set()): Grammar {
  const broken = choices.find((text) => /\p{Surrogate}/u.test(text));
  if (broken !== undefined)
    throw usage(`the choice ${quoted(broken)} holds half a character (a lone surrogate): no text can`);
  const unwritable = choices.find((text) => hasAny(text, missing));
  if (unwritable !== undefined)
    throw usage(`the choice ${quoted(unwritable)} has characters that the model has no tokens for`);
  const grammar = choices.length > 0 ? literal(...choices) : undefined;
  if (!grammar || grammar.kind === "end")
    throw usage("there is nothing to choose from: give at least one text");
  return grammar;
}

/**
 * Rules for texts that a regular expression matches as a whole: see `regexGrammar`.
 *
 * @example
 * const rules = regexRules(/\d{4}-\d{2}-\d{2}/, vocabulary);
 */
export const regexRules = (pattern: RegExp | string, vocabulary: Vocabulary): Rules<unknown> =>
  grammarRules(regexGrammar(pattern, vocabulary.missing), vocabulary);

/** Rules for one of several texts. */
export const choiceRules = (choices: readonly string[], vocabulary: Vocabulary): Rules<unknown> =>
  grammarRules(choiceGrammar(choices, vocabulary.missing), vocabulary);
