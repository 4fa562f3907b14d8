import { DEFAULT_TEXT_MODEL } from "../../text/names.js";
import { define, EXIT_CODES, type Flags, flag, outputOption } from "../options.js";

export const BUILD = define({
  name: "build",
  argument: ["<file...>", "texts: any file of UTF-8 is one, a .jsonl file has one a line, in its field text"],
  summary: "make a datastore of texts",
  description:
    "Makes a datastore of texts, in which the drafter rest looks up what mostly followed: for answers that are like those texts. The file holds their tokens, in the tokenizer of a model, and their order.",
  options: {
    "Options:": [
      outputOption("the datastore's file, such as notes.fds"),
      flag(
        "--model <name>",
        `whose tokenizer: a model, or the folder of its model.json (default: ${DEFAULT_TEXT_MODEL})`,
      ),
      flag("-q, --quiet", "nothing but errors"),
    ],
  },
  examples: `
Examples:
  foretoken datastore build notes/*.md -o notes.fds
  foretoken datastore build answers.jsonl -o answers.fds        what write -f prompts.jsonl has answered
  foretoken write "What do my notes say on tea?" --drafter rest --datastore notes.fds

${EXIT_CODES}`,
});

export type BuildFlags = Flags<typeof BUILD.options>;
