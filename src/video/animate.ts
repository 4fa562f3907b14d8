import type { Metrics } from "../core/metrics.js";
import { compose, type Ground, type VideoFrame } from "../files/films/frame.js";
import type { Pixels } from "../files/pictures/pixels.js";
import type { PictureSource } from "../files/pictures/read.js";
import { givenOrLoaded } from "../medium/open.js";
import { toEnd } from "../medium/run.js";
import { animateWith } from "./animating.js";
import type { Filming } from "./modality.js";
import { loadVideoModel } from "./model.js";
import { type FrameTokens, VideoTokens } from "./tokens.js";
import type { Animated, AnimateOptions, VideoModel } from "./types.js";
import type { ReadClip } from "./words.js";

/** A frame on its ground: RGB beside the thing's own RGBA. */
export interface ShownFrame extends VideoFrame, Pixels {
  readonly ground: Ground;
}

/**
 * Animates what the prompt says; yields frames as they are done.
 *
 * @example
 * for await (const { data, width, height } of animate("a red apple bounces on blue")) show(data, width, height);
 *
 * @throws usage errors for a prompt without a word the model knows, or settings out of range
 */
export async function* animate(
  prompt: string | ReadClip,
  options: AnimateOptions & { readonly from?: PictureSource } = {},
): AsyncGenerator<ShownFrame, void, undefined> {
  const model = await givenOrLoaded(options, loadVideoModel);
  const filmings = options.from
    ? model.from(options.from, prompt, options)
    : animateWith(model, prompt, options);
  let shown = 0;
  for await (const filming of filmings) {
    for (; shown < filming.frames; shown++) {
      const frame = await filming.frame(shown);
      const ground = filming.ground as Ground;
      yield { ...frame, ...compose(frame, ground), ground };
    }
  }
}

export interface VideoReport {
  readonly metrics: Metrics;
  /** Milliseconds spent turning tokens into pixels. */
  readonly decodeTime: number;
}

/** A finished film: frames on their ground, and the tokens they come from. */
export interface GeneratedVideo {
  readonly frames: readonly ShownFrame[];
  readonly fps: number;
  readonly tokens: VideoTokens;
  readonly report: VideoReport;
}

/**
 * Animates what the prompt says and gives the film when it is done.
 *
 * @example
 * const { frames, fps } = await generateVideo("a red apple bounces on blue", { seed: 7 });
 */
export async function generateVideo(
  prompt: string | ReadClip,
  options: AnimateOptions = {},
): Promise<GeneratedVideo> {
  const model = await givenOrLoaded(options, loadVideoModel);
  return filmed(model, (watched) => animateWith(model, prompt, { ...options, ...watched }), options);
}

/** Runs a film to its end. */
export async function filmed(
  model: VideoModel,
  run: (options: Pick<Animated, "onRound">) => AsyncIterable<Filming>,
  { onRound }: Pick<Animated, "onRound"> = {},
): Promise<GeneratedVideo> {
  const frames: ShownFrame[] = [];
  const tokens: FrameTokens[] = [];
  let decodeTime = 0;
  const each = async (filming: Filming) => {
    const began = performance.now();
    while (frames.length < filming.frames) {
      const ground = filming.ground as Ground;
      const frame = await filming.frame(frames.length);
      const twin = frames[frame.same];
      frames.push({
        ...frame,
        ...(twin ?? compose(frame, ground)),
        index: frame.index,
        same: frame.same,
        ground,
      });
      tokens.push(filming.patches(frame.index));
    }
    decodeTime += performance.now() - began;
  };
  const { metrics } = await toEnd(run, { onRound, each });
  const { manifest } = model;
  return {
    frames,
    fps: manifest.clip.fps,
    tokens: VideoTokens.of(tokens, frames[0].ground, manifest),
    report: { metrics, decodeTime },
  };
}
