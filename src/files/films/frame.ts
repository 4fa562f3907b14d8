import { usage } from "../../core/errors.js";
import { over } from "../pictures/ground.js";
import type { Pixels } from "../pictures/pixels.js";

export type Rgb = readonly [red: number, green: number, blue: number];

/** What frames are shown on: one colour, or a gradient from top to bottom. */
export interface Ground {
  readonly name: string;
  readonly top: Rgb;
  readonly bottom: Rgb;
}

/** The moving things of a frame, without the ground. */
export interface VideoFrame {
  readonly index: number;
  readonly width: number;
  readonly height: number;
  /** 8-bit RGBA, straight alpha, row by row from the top. */
  readonly rgba: Uint8Array;
  /** The earliest frame with the very same pixels; itself if there is none. */
  readonly same: number;
}

export type Patches = Pick<VideoFrame, "width" | "height" | "rgba">;

/** A frame on a ground, or on a picture of its size: RGB. */
export function compose({ rgba, width, height }: Patches, ground: Ground | Pixels): Pixels {
  if ("data" in ground && (ground.width !== width || ground.height !== height))
    throw usage(
      `the ground has ${ground.width} x ${ground.height} pixels, the frame ${width} x ${height}: scale it`,
    );
  const data = "data" in ground ? ground.data.slice() : paintGround(ground, width, height).data;
  for (let at = 0; at < width * height; at++) {
    const alpha = rgba[at * 4 + 3];
    if (alpha === 0) continue;
    for (let c = 0; c < 3; c++)
      data[at * 3 + c] = over(rgba[at * 4 + c], alpha, data[at * 3 + c], 255 - alpha);
  }
  return { data, width, height };
}

/** A ground alone, as pixels. */
export function paintGround(
  { top, bottom }: Pick<Ground, "top" | "bottom">,
  width: number,
  height: number,
): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const part = height > 1 ? y / (height - 1) : 0;
    const colour = top.map((from, c) => Math.round(from + (bottom[c] - from) * part));
    for (let x = 0; x < width; x++) data.set(colour, (y * width + x) * 3);
  }
  return { data, width, height };
}
