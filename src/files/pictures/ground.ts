import { type Colour, isOpaque } from "./colour.js";
import type { Raster, Size } from "./pixels.js";

/** How far from white, 0 to 255, a pixel of the ground may be: decoders leave noise on it, most of it around things. */
const NOISE = 24;
/** As far from white as a pixel must be to count as all thing, where none around it is further. */
const SOLID = 60;
/** Width of a soft edge in pixels. */
const EDGE = 2;

/**
 * Puts a colour, or nothing, in the place of the white around things: of that which reaches the picture's edge, so that white
 * inside of a thing stays. At the border to a thing white is taken out of the mixture, which leaves the edge as soft as it was.
 */
export function replaceGround({ data, width, height }: Omit<Raster, "channels">, ground: Colour): Raster {
  const depth = Uint8Array.from({ length: width * height }, (_, at) => {
    const [r, g, b] = data.subarray(3 * at, 3 * at + 3);
    return 255 - Math.min(r, g, b);
  });
  const isGround = flood({ width, height }, (at) => depth[at] <= NOISE);
  const channels = isOpaque(ground) ? 3 : 4;
  const result = new Uint8Array(width * height * channels);
  for (let at = 0; at < width * height; at++) {
    const cover = isGround[at] ? 0 : coverage(at, depth, isGround, width, height);
    result.set(mixed(data.subarray(3 * at, 3 * at + 3), cover, ground).slice(0, channels), at * channels);
  }
  return { data: result, width, height, channels };
}

/** 1 for each pixel that is joined to the picture's edge by pixels that look like ground. */
export function flood({ width, height }: Size, isLike: (at: number) => boolean): Uint8Array {
  const found = new Uint8Array(width * height);
  const waiting: number[] = [];
  const visit = (at: number) => {
    if (found[at] || !isLike(at)) return;
    found[at] = 1;
    waiting.push(at);
  };
  for (let x = 0; x < width; x++) {
    visit(x);
    visit(x + (height - 1) * width);
  }
  for (let y = 0; y < height; y++) {
    visit(y * width);
    visit(y * width + width - 1);
  }
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const x = at % width;
    if (x > 0) visit(at - 1);
    if (x < width - 1) visit(at + 1);
    if (at >= width) visit(at - width);
    if (at < found.length - width) visit(at + width);
  }
  return found;
}

/** One level of a colour that covers a part of a pixel, over one that fills the part `under` of it. */
export const over = (own: number, cover: number, below: number, under: number): number =>
  Math.round((cover * own + under * below) / (cover + under));

/** The share of a pixel that the thing covers: how far from white it is, against the furthest one around. */
function coverage(
  at: number,
  depth: Uint8Array,
  isGround: Uint8Array,
  width: number,
  height: number,
): number {
  const x = at % width;
  const y = (at - x) / width;
  let solid = Math.max(SOLID, depth[at]);
  let atBorder = false;
  for (let v = Math.max(0, y - EDGE); v <= Math.min(height - 1, y + EDGE); v++) {
    for (let u = Math.max(0, x - EDGE); u <= Math.min(width - 1, x + EDGE); u++) {
      const near = v * width + u;
      if (isGround[near]) atBorder = true;
      else solid = Math.max(solid, depth[near]);
    }
  }
  return atBorder ? depth[at] / solid : 1;
}

/** A pixel of a thing on white -> the same on another ground, as RGBA. */
function mixed(pixel: Uint8Array, cover: number, ground: Colour): number[] {
  const under = (1 - cover) * (ground.alpha / 255);
  if (cover + under === 0) return [255, 255, 255, 0];
  const below = [ground.r, ground.g, ground.b];
  // pixel = cover * own + (1 - cover) * white
  const rgb = below.map((behind, i) => {
    const own = cover > 0 ? Math.max(0, (pixel[i] - 255 * (1 - cover)) / cover) : 0;
    return over(own, cover, behind, under);
  });
  return [...rgb, Math.round(255 * (cover + under))];
}
