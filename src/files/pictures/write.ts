import type { Sharp } from "sharp";
import { type Colour, forSharp } from "./colour.js";
import type { PictureFormat } from "./formats.js";
import type { Raster, Size } from "./pixels.js";
import { toSharp } from "./sharp.js";

const ENCODERS: Readonly<Record<PictureFormat, (image: Sharp) => Sharp>> = {
  png: (image) => image.png(),
  webp: (image) => image.webp({ quality: 90 }),
  avif: (image) => image.avif({ quality: 70 }),
  jpg: (image) => image.jpeg({ quality: 92, chromaSubsampling: "4:4:4" }),
  jpeg: (image) => ENCODERS.jpg(image),
};

export interface EncodeOptions {
  readonly format: PictureFormat;
  /** The picture is fitted inside, whole, on `ground`. */
  readonly size?: Size;
  readonly ground: Colour;
  /** What the file says of itself. */
  readonly xmp?: string;
}

/**
 * Pixels -> the bytes of a file.
 *
 * @example
 * const png = await encodePicture({ data, width, height, channels: 3 }, { format: "png", ground: WHITE });
 */
export async function encodePicture(raster: Raster, options: EncodeOptions): Promise<Buffer> {
  const { format, size, ground, xmp } = options;
  let image = await toSharp(raster);
  if (size) image = image.resize({ ...size, fit: "contain", background: forSharp(ground) });
  if (xmp) image = image.withXmp(xmp);
  return ENCODERS[format](image).toBuffer();
}

export const encodeSheet = (image: Sharp, format: PictureFormat): Promise<Buffer> =>
  ENCODERS[format](image).toBuffer();
