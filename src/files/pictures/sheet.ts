import type { OverlayOptions, Sharp } from "sharp";
import { type Colour, forSharp, isLight, isOpaque } from "./colour.js";
import type { Raster } from "./pixels.js";
import { sharpLibrary, toSharp } from "./sharp.js";
import { escapeXml } from "./xml.js";

/** Pixels. */
const MARGIN = 16;
const LINE = 18;
const FONT = 13;
/** Of a letter, roughly, in this size. */
const LETTER = 7;
const LINES = 2;

/** Most pictures on a sheet: 20 by 20 of them make it 5,500 pixels wide. */
export const LARGEST_SHEET = 400;

export interface SheetEntry {
  readonly raster: Raster;
  readonly caption: string;
}

/**
 * Pictures of one size, in rows, each above its caption.
 *
 * @example
 * const sheet = await contactSheet([{ raster, caption: "a cat" }], WHITE);
 * await sheet.png().toFile("sheet.png");
 */
export async function contactSheet(entries: readonly SheetEntry[], ground: Colour): Promise<Sharp> {
  const { width, height } = entries[0].raster;
  const columns = Math.ceil(Math.sqrt(entries.length));
  const rows = Math.ceil(entries.length / columns);
  const letters = Math.floor(width / LETTER);
  const captions = entries.map(({ caption }) => wrap(caption, letters));
  const tallest = Math.max(...captions.map((lines) => lines.length));
  const step = { x: width + MARGIN, y: height + MARGIN + tallest * LINE };
  const size = { width: columns * step.x + MARGIN, height: rows * step.y + MARGIN };
  const place = (i: number) => ({
    left: MARGIN + (i % columns) * step.x,
    top: MARGIN + Math.floor(i / columns) * step.y,
  });

  const overlays: OverlayOptions[] = await Promise.all(
    entries.map(async ({ raster }, i) => ({
      input: await (await toSharp(raster)).png({ compressionLevel: 1 }).toBuffer(),
      ...place(i),
    })),
  );
  const text = captions.flatMap((lines, i) => {
    const { left, top } = place(i);
    return lines.map((line, k) => {
      const at = `x="${left + width / 2}" y="${top + height + (k + 1) * LINE - 4}"`;
      return `<text ${at}>${escapeXml(line)}</text>`;
    });
  });
  const style = `font-family="sans-serif" font-size="${FONT}" text-anchor="middle" fill="${isLight(ground) ? "#333" : "#eee"}"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}"><g ${style}>${text.join("")}</g></svg>`;
  overlays.push({ input: Buffer.from(svg), left: 0, top: 0 });

  const sharp = await sharpLibrary();
  const sheet = sharp({ create: { ...size, channels: 4, background: forSharp(ground) } }).composite(overlays);
  return isOpaque(ground) ? sheet.removeAlpha() : sheet;
}

/** Lines of at most so many letters, the last one cut where the text is longer. */
export function wrap(text: string, letters: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = line ? `${line} ${word}` : word;
    if (line && [...longer].length > letters) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  if (line) lines.push(line);
  const shown = lines.slice(0, LINES);
  if (lines.length > LINES) shown[LINES - 1] += " …";
  return shown.map((one) =>
    [...one].length > letters ? `${[...one].slice(0, letters - 1).join("")}…` : one,
  );
}
