import type { Raster } from "./pixels.js";
import { toPages } from "./sharp.js";

/** Milliseconds that a round is shown, and the finished picture after them. */
const STEP = 80;
const REST = 2000;

/** Pictures of one size -> the bytes of an animated WebP that rests on the last one. */
export async function film(frames: readonly Raster[], xmp?: string): Promise<Buffer> {
  const image = await toPages(frames);
  const delay = frames.map((_, i) => (i === frames.length - 1 ? REST : STEP));
  return (xmp ? image.withXmp(xmp) : image).webp({ quality: 80, loop: 0, delay }).toBuffer();
}
