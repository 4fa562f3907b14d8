import type { Sharp } from "sharp";
import { failure } from "../core/errors.js";

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

export interface RawPixels {
  /** 8 bits a channel, row by row from the top. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** 3, RGB, if left out; 4 is RGBA. */
  readonly channels?: 3 | 4;
}

/** Pixels as a sharp image, to be resized, encoded and so on. */
export const toSharp = async ({ data, width, height, channels = 3 }: RawPixels): Promise<Sharp> =>
  (await sharpLibrary())(data, { raw: { width, height, channels } });
