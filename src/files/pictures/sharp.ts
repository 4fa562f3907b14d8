import type { Sharp } from "sharp";
import { failure } from "../../core/errors.js";
import type { Raster, RawPixels } from "./pixels.js";

let library: Promise<typeof import("sharp")["default"]> | undefined;

/** sharp, loaded when a picture is first touched. */
export function sharpLibrary() {
  library ??= import("sharp").then(
    (module) => module.default,
    (cause) => {
      throw failure(
        `sharp does not load on this machine (${(cause as Error).message}); reinstall it with npm ci`,
        cause,
      );
    },
  );
  return library;
}

/** Pixels as a sharp image, to be resized, encoded and so on. */
export const toSharp = async ({ data, width, height, channels = 3 }: RawPixels): Promise<Sharp> =>
  (await sharpLibrary())(data, { raw: { width, height, channels } });

/** Frames of one size as one sharp image, a page each. */
export async function toPages(frames: readonly Raster[]): Promise<Sharp> {
  const [{ width, height, channels }] = frames;
  const data = Buffer.concat(frames.map((frame) => frame.data));
  const raw = { width, height: height * frames.length, channels, pageHeight: height };
  // libvips' limit of pixels is a guard against files of others.
  return (await sharpLibrary())(data, { raw, limitInputPixels: false });
}

/** sharp's error in words. */
export function pictureReason({ message }: Error): string {
  if (/missing/i.test(message)) return "there is no such file";
  if (/unsupported image format/i.test(message))
    return "it is not a picture; give a .png, .jpg, .webp, .avif, .gif or .svg";
  if (/pixel limit/i.test(message)) return "it has more pixels than are safe to read; make it smaller first";
  if (
    /read error|corrupt|truncated|premature|bad (chunk|huffman|adaptive)|out of order|unable to (parse|decode|read)|load_buffer|(png|jpeg|webp|gif|heif|tiff|svg)load/i.test(
      message,
    )
  )
    return "it is damaged or not all there";
  return message.split("\n")[0];
}
