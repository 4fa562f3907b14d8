import { usage } from "../../core/errors.js";
import { type Colour, isOpaque, parseColour, WHITE } from "../../files/pictures/colour.js";
import { type PictureFormat, pictureFormatOf } from "../../files/pictures/formats.js";
import { replaceGround } from "../../files/pictures/ground.js";
import type { Pixels, Raster } from "../../files/pictures/pixels.js";
import { contactSheet, LARGEST_SHEET, type SheetEntry } from "../../files/pictures/sheet.js";
import { encodePicture, encodeSheet } from "../../files/pictures/write.js";
import { writeWhole } from "../../files/place.js";
import { send } from "../../files/stream.js";
import type { Host } from "../host.js";
import { checkAlpha, checkPlaces, type Entry, fileOf, type Kind, OR_STDOUT, toStdout } from "../outputs.js";
import type { DrawFlags } from "./options.js";

export const PICTURES: Kind<"output" | "progressive" | "tokens" | "sheet"> = {
  noun: "picture",
  example: "-o cat.png",
  piped: "cat.png",
  each: ["output", "progressive", "tokens"],
  together: "sheet",
};

/** Where pictures go. */
export type PictureOutputs = Awaited<ReturnType<typeof openPictureOutputs>>;

/**
 * Decides where pictures go, and makes sure that they can go there.
 *
 * @throws usage errors for a wrong name or ending, failures for what cannot be written
 */
export async function openPictureOutputs(flags: DrawFlags, entries: readonly Entry[], host: Host) {
  const { size, sheet } = flags;
  const usesStdout = toStdout(flags.output, entries, PICTURES, host);
  checkSheet(sheet, entries);
  const ground = flags.background === undefined ? WHITE : await parseColour(flags.background);
  const pictures = [usesStdout ? undefined : flags.output, flags.progressive, sheet];
  for (const path of pictures) if (path !== undefined) checkFormat(path, ground);
  await checkPlaces(flags, entries, PICTURES);

  const shown: SheetEntry[] = [];
  const encode = (raster: Raster, format: PictureFormat, xmp?: string) =>
    encodePicture(raster, { format, size, ground, xmp });
  const write = async (path: string, raster: Raster, xmp?: string) =>
    writeWhole(path, await encode(raster, pictureFormatOf(path), xmp), OR_STDOUT);
  return {
    /** True: standard output carries a picture, and nothing else may go there. */
    usesStdout,
    /** A picture as it will be seen, its background in place. */
    finish: (pixels: Pixels): Raster =>
      flags.background === undefined ? { ...pixels, channels: 3 } : replaceGround(pixels, ground),
    /** Writes a whole picture into any file, sized as was asked for. */
    write,
    /** Puts a finished picture into all places that it belongs to. @param tokens its tokens as they stand in a file */
    async save(entry: Entry, raster: Raster, tokens: string, xmp?: string) {
      const output = fileOf(flags.output, entry);
      const json = fileOf(flags.tokens, entry);
      if (usesStdout) await send(host.stdout, await encode(raster, "png", xmp), "standard output");
      if (output !== undefined) await write(output, raster, xmp);
      if (json !== undefined) await writeWhole(json, tokens, OR_STDOUT);
      if (sheet !== undefined) shown.push({ raster, caption: entry.caption });
    },
    /** All are there: writes the sheet. */
    async close() {
      if (sheet === undefined || !shown.length) return;
      const image = await contactSheet(shown, ground);
      await writeWhole(sheet, await encodeSheet(image, pictureFormatOf(sheet)), OR_STDOUT);
    },
  };
}

function checkSheet(sheet: string | undefined, entries: readonly Entry[]): void {
  if (sheet !== undefined && entries.length > LARGEST_SHEET)
    throw usage(`--sheet holds ${LARGEST_SHEET} pictures at most, and there are ${entries.length}: use -o`);
}

function checkFormat(path: string, ground: Colour): void {
  pictureFormatOf(path);
  if (!isOpaque(ground)) checkAlpha(path);
}
