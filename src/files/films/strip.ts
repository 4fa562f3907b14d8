import type { Sharp } from "sharp";
import { type Colour, isOpaque, WHITE } from "../pictures/colour.js";
import type { Raster } from "../pictures/pixels.js";
import { toSharp } from "../pictures/sharp.js";
import { labelOverlay, wrap } from "../pictures/sheet.js";

/** Pixels. */
const MARGIN = 16;
const GAP = 4;
const LABEL = 26;
const FONT = 15;
/** Rough width of a letter of that size. */
const LETTER = 8;

/** Frames in a line; longer clips take several. */
const LINE = 16;

/** Most lines on a strip: WebP and AVIF end at 16,383 pixels. */
export const LONGEST_STRIP = 60;

export const linesOf = (frames: number) => Math.ceil(frames / LINE);

/** Neither white nor a usual ground: the edges of frames are seen on it. */
const SHEET: Colour = { r: 226, g: 228, b: 232, alpha: 255 };
const NOTHING: Colour = { ...WHITE, alpha: 0 };

export interface StripRow {
  readonly frames: readonly Raster[];
  readonly caption: string;
}

/**
 * The frames of clips side by side, all of one size, each clip below its caption.
 *
 * @example
 * const strip = await filmStrip([{ frames, caption: "a cat spins" }]);
 */
export async function filmStrip(rows: readonly StripRow[]): Promise<Sharp> {
  const [{ width, height, channels }] = rows.flatMap(({ frames }) => frames);
  const ground = channels === 4 ? NOTHING : SHEET;
  const longest = Math.min(LINE, Math.max(...rows.map(({ frames }) => frames.length)));
  const sheet = { width: 2 * MARGIN + longest * (width + GAP) - GAP, height: MARGIN };
  const tops = rows.map(({ frames }) => {
    const top = sheet.height;
    sheet.height += LABEL + linesOf(frames.length) * (height + GAP) - GAP + MARGIN;
    return top;
  });

  const { r, g, b, alpha } = ground;
  const pixel = Buffer.from([r, g, b, alpha].slice(0, channels));
  const data = Buffer.alloc(sheet.width * sheet.height * channels, pixel);
  for (const [row, { frames }] of rows.entries()) {
    for (const [i, frame] of frames.entries()) {
      const left = MARGIN + (i % LINE) * (width + GAP);
      const top = tops[row] + LABEL + Math.floor(i / LINE) * (height + GAP);
      for (let y = 0; y < height; y++)
        data.set(
          frame.data.subarray(y * width * channels, (y + 1) * width * channels),
          ((top + y) * sheet.width + left) * channels,
        );
    }
  }
  const letters = Math.floor((sheet.width - 2 * MARGIN) / LETTER);
  const labels = rows.map(({ caption }, row) => {
    const [line = "", more] = wrap(caption, letters);
    return { text: more ? `${line} …` : line, x: MARGIN, y: tops[row] + FONT };
  });
  const overlay = labelOverlay(labels, sheet, ground, `font-size="${FONT}"`);
  const image = (await toSharp({ data, ...sheet, channels })).composite([overlay]);
  return isOpaque(ground) ? image.removeAlpha() : image;
}
