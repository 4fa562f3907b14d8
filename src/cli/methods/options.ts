import { MEDIA } from "../../methods/media.js";
import type { Medium } from "../../methods/types.js";
import { define, EXIT_CODES, type Flags, flag, oneOf, value } from "../options.js";

const NAMES = Object.keys(MEDIA) as Medium[];

export const METHODS = define({
  name: "methods",
  argument: ["[name...]", "a method, drafter or verifier, for all there is to know of it"],
  summary: "say which ways to draft and to verify there are",
  description:
    "Lists the methods of speculative decoding: how guesses are made (--drafter), which of them stand (--verifier) and how drafters are taught; for which medium each is here, and what it needs besides the model. No model is loaded.",
  options: {
    "Options:": [
      value("--medium <name>", `of one medium only: ${NAMES.join(", ")}`, oneOf(NAMES)),
      flag(
        "--model <name>",
        "with --medium: a model, or the folder of its model.json (default: the medium's)",
      ),
      flag("--json", "the same as a JSON object"),
    ],
  },
  examples: `
Examples:
  foretoken methods                    all of them
  foretoken methods --medium speech    those that speech has
  foretoken methods medusa             one: how it works, when it pays, how to come by what it needs

Whoever drafts, the output stays the same: under the default verifier it is that of plain decoding, token for token.

${EXIT_CODES}`,
});

export type MethodsFlags = Flags<typeof METHODS.options>;
