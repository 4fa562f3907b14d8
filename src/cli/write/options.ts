import {
  DEFAULT_TEXT_MODEL,
  LONGEST_DRAFT,
  TEXT_DRAFTERS,
  TEXT_VERIFIERS,
  TEXT_WEIGHTS,
} from "../../text/names.js";
import {
  countOption,
  define,
  deviceOption,
  EXIT_CODES,
  type Flags,
  flag,
  makingOptions,
  number,
  oneOf,
  outputOption,
  repeated,
  seedOption,
  temperatureOption,
  value,
} from "../options.js";

/** A model of text, and what helps it to guess. */
export const TEXT_MODEL = [
  flag("--model <name>", `a model, or the folder of its model.json (default: ${DEFAULT_TEXT_MODEL})`),
  value(
    "--weights <form>",
    "8-bit (as it comes), or float32 (slower; exact for trees of guesses, too)",
    oneOf(TEXT_WEIGHTS),
  ),
  deviceOption(),
];

/** How tokens are chosen. */
export const TEXT_SAMPLING = [
  value(
    "--max-tokens <n>",
    "the answer ends after so many tokens (default: the model's own)",
    number(1, Number.MAX_SAFE_INTEGER, true),
  ),
  seedOption("another answer to the same prompt, where the temperature is above 0 (default: 0)"),
  temperatureOption("0: always the likeliest token, 0.7: varied, more: bolder (default: the model's own)"),
  value(
    "--top-p <share>",
    "choose among the likeliest tokens that together have this share, 0.01 to 1",
    number(0.01, 1),
  ),
  value("--top-k <n>", "choose among the n likeliest tokens; 0: among all", number(0, 1_000_000, true)),
  value(
    "--min-p <share>",
    "choose among tokens that are at least this likely, measured by the likeliest one, 0 to 1",
    number(0, 1),
  ),
  value(
    "--repetition-penalty <x>",
    "above 1: what was said before becomes less likely; 1: off",
    number(0.01, 100),
  ),
];

/** What a model is told before all else. */
export const systemOption = () =>
  flag("--system <text>", "what the model is told before all else (default: the model's own)");

/** How guesses are made and checked, in the words of text. */
export const TEXT_GUESSES = {
  drafters: TEXT_DRAFTERS,
  verifiers: TEXT_VERIFIERS,
  owner: "the model's",
  most: LONGEST_DRAFT,
  length: "as many as pay here",
  token: "token",
  more: [
    value(
      "--relax <x>",
      "0 upwards, with a --verifier that takes it: faster for an answer a little other than --plain's",
      number(0, Number.MAX_SAFE_INTEGER),
    ),
    flag("--draft <model>", "a small model of the same tokens, for --drafter model and cascade"),
    flag("--datastore <file>", "a file of texts that foretoken datastore build has made, for --drafter rest"),
  ],
} as const;

/** What stands for characters that are hard to type. */
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", "\\": "\\" };

const unescaped = (text: string) => text.replace(/\\([nt\\])/g, (_, letter: string) => ESCAPES[letter]);

export const WRITE = define({
  name: "write",
  argument: ["[prompt...]", "what to answer"],
  summary: "answer a prompt",
  description:
    "Answers a prompt: of the arguments, of files, or of standard input. The answer comes as it is made; a line on standard error says how it went. A .jsonl file is a batch: one prompt a line in, one answer a line out, and what was interrupted goes on where it ended.",
  options: {
    "Prompt:": [
      repeated(
        "-f, --file <file>",
        "a text that follows the prompt, or is the prompt; - for standard input; .jsonl for a batch",
      ),
      systemOption(),
      flag("--raw", "go on with the text as it is, instead of answering it", ["system"]),
      flag("--truncate", "leave out the beginning of a prompt that is too long"),
      flag("--reference <file>", "a text that the answer may repeat: guesses are copied from it"),
    ],
    "Answer (several files are numbered: tea-1.md, tea-2.md, ...):": [
      outputOption("a file: .txt or .md, of a batch .jsonl (default: standard output)"),
      countOption("answers to"),
      repeated("--stop <text>", "the answer ends before this text; \\n is a line end", unescaped),
      value(
        "--logprobs <n>",
        "with --json or in a batch: how likely each token was, and the n likeliest in its place",
        number(0, 100, true),
      ),
    ],
    "Form of the answer (one of these; what a form leaves no choice about costs no guess):": [
      flag("--json-schema <file>", "JSON that this JSON Schema allows", ["regex", "choice", "anyJson"]),
      flag("--regex <pattern>", "a text that this regular expression matches from end to end", [
        "choice",
        "anyJson",
      ]),
      repeated("--choice <text>", "one of these texts"),
      flag("--any-json", "JSON of any kind", ["choice"]),
    ],
    "Model:": TEXT_MODEL,
    "Sampling:": TEXT_SAMPLING,
    ...makingOptions({
      ...TEXT_GUESSES,
      make: "answer",
      medium: "the answer",
      notCompared: ["logprobs"],
      json: "the answer and the figures as a JSON object, instead of the text",
    }),
  },
  examples: `
Examples:
  foretoken write "Explain why the sky is blue to a ten-year-old."
  foretoken write -f notes.txt "Summarise this."                a text behind the prompt
  git log -5 | foretoken write -f - "What changed?" --stop "\\n\\n"
  foretoken write "Name a colour." -n 3 --temperature 1         three answers
  foretoken write --raw "Once upon a time" --max-tokens 100     go on with a text
  foretoken write "Is tea a drink?" --choice yes --choice no
  foretoken write "Invent a person." --json-schema person.json
  foretoken write -f prompts.jsonl -o answers.jsonl             a batch: {"prompt": "..."} a line
  foretoken write -f letter.txt "Correct this." --reference letter.txt
  foretoken write -f notes.txt "Summarise this." --compare      with and without speculation

${EXIT_CODES}`,
});

export type WriteFlags = Flags<typeof WRITE.options>;
