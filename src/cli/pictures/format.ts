import type { Sharp } from "sharp";
import { toSharp } from "../../runtime/sharp.js";
import { PICTURE_FORMATS } from "../draw-options.js";
import { endingOf } from "../output/ending.js";
import type { Size } from "../parse.js";
import { type Colour, forSharp } from "./colour.js";
import type { Raster } from "./raster.js";

export type PictureFormat = (typeof PICTURE_FORMATS)[number];

/** @throws a usage error that names what can be written */
export const pictureFormatOf = (path: string): PictureFormat => endingOf(path, PICTURE_FORMATS);

/** Whether a kind of file knows transparency. */
export const hasAlpha = (format: PictureFormat) => format !== "jpg" && format !== "jpeg";

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

/** Pixels -> the bytes of a file. */
export async function encodePicture(raster: Raster, options: EncodeOptions): Promise<Buffer> {
  const { format, size, ground, xmp } = options;
  let image = await toSharp(raster);
  if (size) image = image.resize({ ...size, fit: "contain", background: forSharp(ground) });
  if (xmp) image = image.withXmp(xmp);
  return ENCODERS[format](image).toBuffer();
}

export const encodeSheet = (image: Sharp, format: PictureFormat): Promise<Buffer> =>
  ENCODERS[format](image).toBuffer();
