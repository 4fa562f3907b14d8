import { generate } from "../medium/generate.js";
import { setUp } from "../medium/setup.js";
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
  const setup = await setUp(model, options, LONGEST_DRAFT);
  const { target, modality } = model;
  yield* generate(modality, { ...options, prompt }, { ...setup, target, seed, stream, signal, onRound });
}
