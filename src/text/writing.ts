import { generate } from "../medium/generate.js";
import { setUp } from "../medium/setup.js";
import { forcedFirst } from "./forced-first.js";
import type { TextPiece } from "./modality.js";
import { LONGEST_DRAFT } from "./names.js";
import type { TextPrompt } from "./prompt.js";
import type { TextModel, Written } from "./types.js";

/** Writes with a loaded model. Plans learn from answer to answer. */
export async function* writeWith(
  model: TextModel,
  prompt: TextPrompt,
  options: Written,
): AsyncGenerator<TextPiece, void, undefined> {
  const { seed, stream, signal, onRound } = options;
  const { sampling, verifier, ...own } = await setUp(model, options, LONGEST_DRAFT);
  const guesses = options.format === undefined && !options.rules ? own : forcedFirst(own, LONGEST_DRAFT);
  const { target, modality } = model;
  yield* generate(
    modality,
    { ...options, prompt },
    {
      ...{ ...guesses, sampling, verifier, target, seed, stream, signal, onRound },
    },
  );
}
