import type { DecodeOptions } from "../core/decode.js";
import type { Verifier } from "../core/types.js";
import { generate } from "../medium/generate.js";
import { setUp } from "../medium/setup.js";
import { forcedFirst } from "./forced-first.js";
import type { TextEncoded, TextPiece } from "./modality.js";
import { LONGEST_DRAFT } from "./names.js";
import type { TextPrompt } from "./prompt.js";
import type { TextModel, Written } from "./types.js";

/** What `decode` writes with, apart from the prompt. Plans learn from answer to answer. */
export async function decodingOf(
  model: TextModel,
  options: Written,
): Promise<Omit<DecodeOptions<TextEncoded>, "encoded" | "verifier"> & { readonly verifier?: Verifier }> {
  const { seed, stream, signal } = options;
  const { sampling, verifier, ...own } = await setUp(model, options, LONGEST_DRAFT);
  const guesses = options.format === undefined && !options.rules ? own : forcedFirst(own, LONGEST_DRAFT);
  return { ...guesses, sampling, verifier, target: model.target, seed, stream, signal };
}

/** Writes with a loaded model. */
export async function* writeWith(
  model: TextModel,
  prompt: TextPrompt,
  options: Written,
): AsyncGenerator<TextPiece, void, undefined> {
  const decoding = await decodingOf(model, options);
  yield* generate(model.modality, { ...options, prompt }, { ...decoding, onRound: options.onRound });
}
