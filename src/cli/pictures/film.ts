import { sharpLibrary } from "../../runtime/sharp.js";
import type { Raster } from "./raster.js";

/** Milliseconds that a round is shown, and the finished picture behind them. */
const STEP = 80;
const REST = 2000;

/** A rectangle of a picture and the colour it is tinted in. */
export interface Tint {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly colour: readonly [number, number, number];
}

/** Shares of a tint's colour. */
const STRENGTH = 0.45;

/** A copy of a picture with tinted places. */
export function tinted(raster: Raster, tints: readonly Tint[]): Raster {
  const { width, height, channels } = raster;
  const data = Uint8Array.from(raster.data);
  for (const tint of tints) {
    for (let y = tint.top; y < Math.min(height, tint.top + tint.height); y++) {
      for (let x = tint.left; x < Math.min(width, tint.left + tint.width); x++) {
        const at = (y * width + x) * channels;
        const seen = channels === 4 ? data[at + 3] / 255 : 1;
        tint.colour.forEach((level, i) => {
          const own = seen * data[at + i] + (1 - seen) * 255;
          data[at + i] = Math.round((1 - STRENGTH) * own + STRENGTH * level);
        });
        if (channels === 4) data[at + 3] = Math.max(data[at + 3], 128);
      }
    }
  }
  return { ...raster, data };
}

/** Pictures of one size -> the bytes of an animated WebP that rests on the last one. */
export async function film(frames: readonly Raster[], xmp?: string): Promise<Buffer> {
  const [{ width, height, channels }] = frames;
  const data = Buffer.concat(frames.map((frame) => frame.data));
  const raw = { width, height: height * frames.length, channels, pageHeight: height };
  const sharp = await sharpLibrary();
  // libvips' limit of pixels is meant for pictures from strangers.
  const image = sharp(data, { raw, limitInputPixels: false });
  const delay = frames.map((_, i) => (i === frames.length - 1 ? REST : STEP));
  return (xmp ? image.withXmp(xmp) : image).webp({ quality: 80, loop: 0, delay }).toBuffer();
}
