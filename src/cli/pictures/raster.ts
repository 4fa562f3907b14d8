/** 8-bit pixels, row by row from the top: RGB, or RGBA with colours not multiplied by alpha. */
export interface Raster {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
}

/** sharp, loaded when a picture is first touched. */
export const sharpLibrary = async () => (await import("sharp")).default;

export async function toImage({ data, width, height, channels }: Raster) {
  const sharp = await sharpLibrary();
  return sharp(data, { raw: { width, height, channels } });
}
