import type { Area, Raster } from "./pixels.js";

/** A part of a picture and the colour it is tinted in. */
export interface Tint extends Area {
  readonly colour: readonly [number, number, number];
}

/** What came of a guess: it was accepted, it was rejected, or it is not judged yet. */
export const STANDS = [40, 170, 70] as const;
export const FELL = [220, 50, 50] as const;
export const OPEN = [255, 180, 30] as const;

/** Shares of a tint's colour. */
const STRENGTH = 0.45;

/** A copy of a picture with tinted places; they may reach over its edge. */
export function tinted(raster: Raster, tints: readonly Tint[]): Raster {
  const { width, height, channels } = raster;
  const data = Uint8Array.from(raster.data);
  for (const tint of tints) {
    for (let y = Math.max(0, tint.top); y < Math.min(height, tint.top + tint.height); y++) {
      for (let x = Math.max(0, tint.left); x < Math.min(width, tint.left + tint.width); x++) {
        const at = (y * width + x) * channels;
        const seen = channels === 4 ? data[at + 3] / 255 : 1;
        tint.colour.forEach((level, i) => {
          const own = seen * data[at + i] + (1 - seen) * 255;
          data[at + i] = Math.round((1 - STRENGTH) * own + STRENGTH * level);
        });
        if (channels === 4) data[at + 3] = Math.max(data[at + 3], 128);
      }
    }
  }
  return { ...raster, data };
}

/** How many first tokens two sequences share. */
export function agreeing(a: readonly number[], b: readonly number[]): number {
  const end = a.findIndex((token, i) => token !== b[i]);
  return end < 0 ? a.length : end;
}
