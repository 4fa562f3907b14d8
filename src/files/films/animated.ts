import type { Sharp } from "sharp";
import type { Raster } from "../pictures/pixels.js";
import { toPages } from "../pictures/sharp.js";
import type { Place } from "../place.js";
import { counter, delays, delivery, type FilmShape, type FilmSink } from "./shape.js";

type Timing = { readonly loop: number; readonly delay: number[] };

/** The delays of a GIF are hundredths of a second, and most programs slow down frames shorter than two of them. */
const ENCODERS = {
  gif: { step: 10, encode: (image: Sharp, timing: Timing) => image.gif(timing) },
  webp: {
    step: 1,
    encode: (image: Sharp, timing: Timing) => image.webp({ quality: 90, smartSubsample: true, ...timing }),
  },
} as const;

/** Animated GIF and WebP by sharp, which takes all frames at once. */
export function animatedSink(format: "gif" | "webp", place: Place, shape: FilmShape): FilmSink {
  const count = counter(shape, place.name);
  const { deliver, abort } = delivery(place);
  const frames: Raster[] = [];
  return {
    async write(frame) {
      count();
      frames.push(frame);
    },
    async close() {
      const { step, encode } = ENCODERS[format];
      const image = await toPages(frames);
      const delay = delays(frames.length, shape.fps, step);
      frames.length = 0;
      await deliver(await encode(image, { loop: shape.plays, delay }).toBuffer());
    },
    abort,
  };
}
