import type { Sharp } from "sharp";
import { failure, usage } from "../core/errors.js";
import { sharpLibrary, toSharp } from "../runtime/sharp.js";

/** 8-bit RGB, row by row from the top. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A path, the bytes of a file, or pixels. */
export type PictureSource = string | Uint8Array | Pixels;

/**
 * Any picture that sharp reads, in a given size: the first frame, upright, in sRGB, on white, whole, with white at the sides
 * where its shape differs.
 *
 * @throws a failure that names the picture and what is wrong with it
 */
export async function readPicture(source: PictureSource, width: number, height: number): Promise<Pixels> {
  const data = await readableBy(source, (image) =>
    image
      .autoOrient()
      .toColourspace("srgb")
      .flatten({ background: "white" })
      .resize(width, height, { fit: "contain", background: "white" })
      .removeAlpha()
      .raw()
      .toBuffer(),
  );
  return { data, width, height };
}

/** What `read` makes of a picture's first frame. @throws a failure that names the picture and what is wrong with it */
export async function readableBy<T>(source: PictureSource, read: (image: Sharp) => Promise<T>): Promise<T> {
  const sharp = await sharpLibrary();
  const isPixels = typeof source === "object" && "data" in source && "width" in source;
  if (isPixels) checkPixels(source);
  const name = typeof source === "string" ? source : "the picture";
  try {
    return await read(isPixels ? await toSharp(source) : sharp(source));
  } catch (cause) {
    throw failure(`${name} cannot be read as a picture: ${reason(cause as Error)}`, cause);
  }
}

function checkPixels({ data, width, height }: Pixels): void {
  if (data.length !== width * height * 3)
    throw usage(
      `pixels of ${width} x ${height} need ${width * height * 3} bytes of RGB, and there are ${data.length}`,
    );
}

function reason({ message }: Error): string {
  if (/missing/i.test(message)) return "there is no such file";
  if (/unsupported image format/i.test(message)) return "it is not a picture that sharp knows";
  if (/pixel limit/i.test(message)) return "it has more pixels than are safe to read: make it smaller first";
  return message.split("\n")[0];
}
