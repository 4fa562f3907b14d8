import type { Sharp } from "sharp";
import type { Raster } from "../pictures/pixels.js";
import { sharpLibrary } from "../pictures/sharp.js";
import type { Place } from "../place.js";
import { counter, delays, delivery, type FilmShape, type FilmSink } from "./shape.js";

type Timing = { readonly loop: number; readonly delay: number[] };

/** A GIF knows hundredths of a second only, and most programs slow down whatever is faster than two of them. */
const ENCODERS = {
  gif: { step: 10, encode: (image: Sharp, timing: Timing) => image.gif(timing) },
  webp: {
    step: 1,
    encode: (image: Sharp, timing: Timing) => image.webp({ quality: 90, smartSubsample: true, ...timing }),
  },
} as const;

/** Animated GIF and WebP, by sharp, which wants all frames at once. */
export function animatedSink(format: "gif" | "webp", place: Place, shape: FilmShape): FilmSink {
  const { width, height, channels, fps, plays } = shape;
  const count = counter(shape, place.name);
  const { deliver, abort } = delivery(place);
  const frames: Raster["data"][] = [];
  return {
    async write({ data }) {
      count();
      frames.push(data);
    },
    async close() {
      const { step, encode } = ENCODERS[format];
      const raw = { width, height: height * frames.length, channels, pageHeight: height };
      const sharp = await sharpLibrary();
      // libvips' limit of pixels is meant for pictures from strangers.
      const image = sharp(Buffer.concat(frames), { raw, limitInputPixels: false });
      frames.length = 0;
      const delay = delays(raw.height / height, fps, step);
      await deliver(await encode(image, { loop: plays, delay }).toBuffer());
    },
    abort,
  };
}
