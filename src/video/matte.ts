import { failure } from "../core/errors.js";
import type { Ground, Rgb } from "../files/films/frame.js";
import { flood } from "../files/pictures/ground.js";
import type { Area, RawPixels, Size } from "../files/pictures/pixels.js";
import { type PictureSource, readableBy } from "../files/pictures/read.js";

/** A thing cut out of its picture: RGBA, straight alpha; the box it fills; what it stood on. */
export interface Matte extends Size {
  readonly rgba: Uint8Array;
  readonly box: Area;
  readonly ground: Pick<Ground, "top" | "bottom"> | undefined;
}

/** How far a pixel's colour may be from the ground's beside it, 0 to 255 a channel, and how far is surely a thing. */
const GROUND = 14;
const THING = 60;
/** How far a row's ground may be from what lies between the picture's top and bottom. */
const NEAR = 24;

/**
 * Cuts a thing out of its picture: by its alpha if it has any, else from the plain ground that reaches the picture's edge (one
 * colour or a gradient).
 *
 * @throws a failure for a picture whose edge shows no plain ground, or in which nothing stands on it
 */
export async function readMatte(source: PictureSource, width: number, height: number): Promise<Matte> {
  const name = typeof source === "string" ? source : "the picture";
  const straight = await readableBy(source, (image) =>
    image
      .ensureAlpha()
      .resize(width, height, { fit: "contain", background: { r: 0, g: 0, b: 0, alpha: 0 } })
      .raw()
      .toBuffer(),
  );
  const data = Uint8Array.from(straight);
  let seeThrough = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at] < 128) seeThrough++;
  // A few pixels may be see-through where the shape of picture and frame differ.
  const matte =
    seeThrough > 0.02 * width * height ? undefined : matteOf({ data, width, height, channels: 4 });
  if (matte?.share === 0 || (matte && matte.share > 0.92))
    throw failure(
      `${name} has nothing that stands on a plain ground: give a picture with transparency, or a thing on one colour`,
    );
  const rgba = matte?.data ?? data;
  const box = boxOf(rgba, width, height);
  if (!box) throw failure(`${name} is empty: there is nothing in it to move`);
  return { width, height, rgba, box, ground: matte?.ground };
}

/** Straight RGBA with the ground gone, the share of pixels that is left, and the ground. */
function matteOf({ data, width, height }: RawPixels) {
  const rgb = (at: number) => [0, 1, 2].map((c) => data[at * 4 + c]) as unknown as Rgb;
  const middle = (y: number) =>
    [0, 1, 2].map((c) => median(Array.from({ length: width }, (_, x) => data[(y * width + x) * 4 + c])));
  const [top, bottom] = [middle(0), middle(height - 1)];
  // The ground of each row: an even fade from top to bottom, or what is near to that at the row's left or right end.
  const rows = Array.from({ length: height }, (_, y): Rgb => {
    const even = top.map((from, c) => from + ((bottom[c] - from) * y) / (height - 1)) as unknown as Rgb;
    const sides = [1, width - 2].map((x) => rgb(y * width + x)).filter((side) => apart(side, even) < NEAR);
    return sides.sort((one, other) => apart(one, even) - apart(other, even))[0] ?? even;
  });
  const far = (at: number) => apart(rgb(at), rows[Math.floor(at / width)]);
  const isGround = flood({ width, height }, (at) => far(at) <= GROUND);
  let left = 0;
  for (let at = 0; at < width * height; at++) {
    if (isGround[at]) {
      data.fill(0, at * 4, at * 4 + 4);
      continue;
    }
    left++;
    if (!touches(at, isGround, width, height)) continue;
    // At the border the ground is mixed in: how far a pixel is from it says how much of the pixel the thing covers.
    const row = rows[Math.floor(at / width)];
    const cover = Math.min(1, Math.max(0.2, far(at) / THING));
    for (let c = 0; c < 3; c++) {
      const pure = row[c] + (data[at * 4 + c] - row[c]) / cover;
      data[at * 4 + c] = Math.max(0, Math.min(255, Math.round(pure)));
    }
    data[at * 4 + 3] = Math.round(255 * cover);
  }
  return { data, share: left / (width * height), ground: { top: rows[0], bottom: rows[height - 1] } };
}

function touches(at: number, isGround: Uint8Array, width: number, height: number): boolean {
  const [x, y] = [at % width, Math.floor(at / width)];
  return (
    (x > 0 && isGround[at - 1] === 1) ||
    (x < width - 1 && isGround[at + 1] === 1) ||
    (y > 0 && isGround[at - width] === 1) ||
    (y < height - 1 && isGround[at + width] === 1)
  );
}

/** The largest difference of two colours in one channel. */
const apart = (one: Rgb, other: Rgb) => Math.max(...one.map((value, c) => Math.abs(value - other[c])));

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];

function boxOf(rgba: Uint8Array, width: number, height: number): Area | undefined {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (rgba[(y * width + x) * 4 + 3] < 24) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
}
