import { defined } from "../../core/defined.js";
import { usage } from "../../core/errors.js";
import type { Verifier } from "../../core/types.js";
import type { TextDrafterName } from "../../text/names.js";
import type { TextModel, Written } from "../../text/types.js";
import { namedVerifier, RELAXED } from "../../verifiers/named.js";
import type { TextLibrary } from "../host.js";
import { chooseModel, type Models } from "../models.js";
import type { Words } from "../report.js";
import type { WriteFlags } from "./options.js";

/** What `write` and `chat` say of themselves. */
export const WORDS: Words = { kind: "model", item: "answer", tokens: "tokens", input: "prompt" };

type ModelFlags = Pick<
  WriteFlags,
  "model" | "weights" | "draft" | "datastore" | "drafter" | "plain" | "verifier" | "relax"
>;

const models = (text: TextLibrary, { weights, draft, datastore }: ModelFlags): Models<TextModel> => ({
  kind: "model",
  standard: text.DEFAULT_TEXT_MODEL,
  list: text.listTextModels,
  find: text.findTextModel,
  load: (name, options) => text.loadText(name, { ...options, weights, draft, datastore }),
});

/** The model that is asked for, and how it is opened. @throws usage errors before anything is loaded */
export function chooseText(flags: ModelFlags, text: TextLibrary) {
  checkGuesses(flags);
  verifierOf(flags);
  const all = models(text, flags);
  if (flags.draft !== undefined) chooseModel(flags.draft, all);
  return { name: chooseModel(flags.model, all), models: all };
}

/** Drafters, and the options that only they have a use for. */
const NEEDS: Readonly<Record<"draft" | "datastore", readonly TextDrafterName[]>> = {
  draft: ["model", "cascade"],
  datastore: ["rest"],
};

function checkGuesses(flags: ModelFlags): void {
  const { drafter, draft, datastore, plain } = flags;
  for (const [option, drafters] of Object.entries(NEEDS)) {
    const isGiven = flags[option as keyof typeof NEEDS] !== undefined;
    if (isGiven && plain) throw usage(`--${option} is for guesses, and --plain makes none: leave one out`);
    if (isGiven && drafter !== undefined && !drafters.includes(drafter))
      throw usage(`--${option} is for --drafter ${drafters.join(" or ")}, not ${drafter}: leave one out`);
  }
  if (drafter === undefined && draft !== undefined && datastore !== undefined)
    throw usage("--draft and --datastore are for different drafters: choose one with --drafter");
  if (drafter === "rest" && datastore === undefined)
    throw usage("--drafter rest needs --datastore FILE: foretoken datastore build makes one");
}

type AskedFlags = Pick<WriteFlags, "maxTokens" | "system" | "raw" | "truncate" | "stop" | "logprobs">;
type DrawnFlags = Pick<
  WriteFlags,
  "seed" | "temperature" | "topP" | "topK" | "minP" | "repetitionPenalty" | "verifier" | "relax"
>;

/** What the options ask of an answer, whatever the prompt. Drafters are chosen answer by answer. */
export function writtenOf(flags: AskedFlags & DrawnFlags): Omit<Written, "drafter"> {
  const { maxTokens, system, raw, truncate, stop, logprobs } = flags;
  const { seed, temperature, topP, topK, minP, repetitionPenalty } = flags;
  const sampling = defined({ temperature, topP, topK, minP, repetitionPenalty });
  return {
    ...{ maxTokens, system, raw, truncate, stop, logprobs },
    ...{ seed, sampling, verifier: verifierOf(flags) },
  };
}

/** @throws usage errors for a setting that the verifier does not take */
function verifierOf({ verifier, relax }: Pick<WriteFlags, "verifier" | "relax">): Verifier | undefined {
  if (relax !== undefined && verifier === undefined)
    throw usage(`--relax needs --verifier NAME: choose one of ${Object.keys(RELAXED).join(", ")}`);
  return verifier && namedVerifier(verifier, relax);
}

/** Who guesses, and how far. */
export const guessesOf = (
  { drafter, draftLength }: Pick<WriteFlags, "drafter" | "draftLength">,
  plain = false,
): Pick<Written, "drafter" | "draftLength"> => (plain ? { drafter: "none" } : { drafter, draftLength });
