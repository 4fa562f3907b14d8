import type { Sharp } from "sharp";
import { failure, usage } from "../../core/errors.js";
import type { Pixels } from "./pixels.js";
import { pictureReason, sharpLibrary, toSharp } from "./sharp.js";

/** A path, the bytes of a file, or pixels. */
export type PictureSource = string | Uint8Array | Pixels;

/**
 * Any picture that sharp reads, in a given size: the first frame, upright, in sRGB, on white.
 *
 * @param fit where its shape differs: `contain` puts white at its sides, `cover` cuts it
 * @throws a failure that names the picture and what is wrong with it
 *
 * @example
 * const { data } = await readPicture("cat.jpg", 192, 192);
 */
export async function readPicture(
  source: PictureSource,
  width: number,
  height: number,
  fit: "contain" | "cover" = "contain",
): Promise<Pixels> {
  const data = await readableBy(source, (image) =>
    image
      .flatten({ background: "white" })
      .resize(width, height, { fit, background: "white" })
      .removeAlpha()
      .raw()
      .toBuffer(),
  );
  return { data, width, height };
}

/**
 * What `read` makes of a picture's first frame, upright and in sRGB.
 *
 * @throws a failure that names the picture and what is wrong with it
 */
export async function readableBy<T>(source: PictureSource, read: (image: Sharp) => Promise<T>): Promise<T> {
  const sharp = await sharpLibrary();
  const isPixels = typeof source === "object" && "data" in source && "width" in source;
  if (isPixels) checkPixels(source);
  const name = typeof source === "string" ? source : "the picture";
  try {
    const image = isPixels ? await toSharp(source) : sharp(source);
    return await read(image.autoOrient().toColourspace("srgb"));
  } catch (cause) {
    throw failure(`${name} cannot be read as a picture: ${pictureReason(cause as Error)}`, cause);
  }
}

function checkPixels({ data, width, height }: Pixels): void {
  if (data.length !== width * height * 3)
    throw usage(
      `pixels of ${width} x ${height} need ${width * height * 3} bytes of RGB, and there are ${data.length}`,
    );
}
