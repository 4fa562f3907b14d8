import type { OverlayOptions, Sharp } from "sharp";
import { type Colour, forSharp, isLight, isOpaque } from "./colour.js";
import type { Raster, Size } from "./pixels.js";
import { sharpLibrary, toSharp } from "./sharp.js";
import { escapeXml } from "./xml.js";

/** Pixels. */
const MARGIN = 16;
const LINE = 18;
const FONT = 13;
/** Rough width of a letter of that size. */
const LETTER = 7;
const LINES = 2;

/** Most pictures on a sheet: 20 in a row make it 5,500 pixels wide. */
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
  const labels = captions.flatMap((lines, i) => {
    const { left, top } = place(i);
    return lines.map((text, k) => ({ text, x: left + width / 2, y: top + height + (k + 1) * LINE - 4 }));
  });
  overlays.push(labelOverlay(labels, size, ground, `font-size="${FONT}" text-anchor="middle"`));

  const sharp = await sharpLibrary();
  const sheet = sharp({ create: { ...size, channels: 4, background: forSharp(ground) } }).composite(overlays);
  return isOpaque(ground) ? sheet.removeAlpha() : sheet;
}

interface Label {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** Lines of text as an image to lay over a sheet, in a colour that can be read on its ground. */
export function labelOverlay(
  labels: readonly Label[],
  { width, height }: Size,
  ground: Colour,
  font: string,
): OverlayOptions {
  const lines = labels.map(({ text, x, y }) => `<text x="${x}" y="${y}">${escapeXml(text)}</text>`);
  const style = `font-family="sans-serif" ${font} fill="${isLight(ground) ? "#333" : "#eee"}"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><g ${style}>${lines.join("")}</g></svg>`;
  return { input: Buffer.from(svg), left: 0, top: 0 };
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
