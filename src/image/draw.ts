import type { Metrics } from "../core/metrics.js";
import type { Pixels } from "../files/pictures/pixels.js";
import { givenOrLoaded } from "../medium/open.js";
import { toEnd } from "../medium/run.js";
import { drawWith } from "./drawing.js";
import type { Drawing } from "./modality.js";
import { loadImageModel } from "./model.js";
import { ImageTokens } from "./tokens.js";
import type { DrawOptions } from "./types.js";
import type { ReadPrompt } from "./words.js";

export interface DrawReport {
  readonly metrics: Metrics;
  /** Milliseconds spent turning tokens into pixels. */
  readonly decodeTime: number;
}

/** A finished picture: pixels, and the tokens they come from. */
export interface DrawnImage extends Pixels {
  readonly tokens: ImageTokens;
  readonly report: DrawReport;
}

/**
 * Draws a picture of what the prompt says; yields it as it grows, a row of tokens at a time.
 *
 * @example
 * for await (const drawing of draw("a smiling orange cat")) show(await drawing.picture());
 *
 * @throws usage errors for a prompt without a word the model knows, or settings out of range
 */
export async function* draw(
  prompt: string | ReadPrompt,
  options: DrawOptions = {},
): AsyncGenerator<Drawing, void, undefined> {
  yield* drawWith(await givenOrLoaded(options, loadImageModel), prompt, options);
}

/**
 * Draws a picture and gives it when it is done.
 *
 * @example
 * const { data, width, height } = await generateImage("a smiling orange cat", { seed: 7 });
 * await sharp(data, { raw: { width, height, channels: 3 } }).toFile("cat.png");
 */
export async function generateImage(
  prompt: string | ReadPrompt,
  options: DrawOptions = {},
): Promise<DrawnImage> {
  const model = await givenOrLoaded(options, loadImageModel);
  const drawings = (watch: Pick<DrawOptions, "onRound">) => drawWith(model, prompt, { ...options, ...watch });
  const { last, metrics } = await toEnd(drawings, { onRound: options.onRound });
  const began = performance.now();
  const pixels = await last.picture();
  const report = { metrics, decodeTime: performance.now() - began };
  return { ...pixels, tokens: ImageTokens.of(last.tokens, model.manifest), report };
}
