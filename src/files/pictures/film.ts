import type { Raster } from "./pixels.js";
import { sharpLibrary } from "./sharp.js";

/** Milliseconds that a round is shown, and the finished picture behind them. */
const STEP = 80;
const REST = 2000;

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
