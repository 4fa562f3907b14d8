import type { RawPixels } from "../../runtime/sharp.js";

/** 8-bit pixels, row by row from the top: RGB, or RGBA with colours not multiplied by alpha. */
export type Raster = Required<RawPixels>;
