import { usage } from "../../core/errors.js";
import { type Colour, isOpaque, parseColour, WHITE } from "../../files/pictures/colour.js";
import { hasAlpha, type PictureFormat, pictureFormatOf } from "../../files/pictures/formats.js";
import { replaceGround } from "../../files/pictures/ground.js";
import type { Pixels, Raster } from "../../files/pictures/pixels.js";
import { contactSheet, LARGEST_SHEET, type SheetEntry } from "../../files/pictures/sheet.js";
import { encodePicture, encodeSheet } from "../../files/pictures/write.js";
import { type WayOut, writeWhole } from "../../files/place.js";
import { send } from "../../files/stream.js";
import type { ImageTokens } from "../../image/tokens.js";
import type { DrawFlags } from "../flags.js";
import type { Host } from "../host.js";
import { checkPlaces, type Entry, suffixed } from "../places.js";

/** Where pictures go. */
export interface PictureOutputs {
  /** True: standard output carries a picture, and nothing else may go there. */
  readonly usesStdout: boolean;
  /** A picture as it will be seen, its background in place. */
  finish(pixels: Pixels): Raster;
  /** A picture's file of a kind, where that kind is asked for. */
  fileOf(kind: FileKind, entry: Entry): string | undefined;
  /** Writes a whole picture into any file, sized as was asked for. */
  write(path: string, raster: Raster, xmp?: string): Promise<void>;
  /** Puts a finished picture into all places that it belongs to. */
  save(entry: Entry, raster: Raster, tokens: ImageTokens, xmp?: string): Promise<void>;
  /** All are there: writes the sheet. */
  close(): Promise<void>;
}

type FileKind = "output" | "progressive" | "tokens";

const KINDS: readonly FileKind[] = ["output", "progressive", "tokens"];
const OPTIONS = { output: "-o", progressive: "--progressive", tokens: "--tokens", sheet: "--sheet" } as const;

export const FOR_PICTURES: WayOut = { folder: "name a file in it", special: "use -o - >" };

/**
 * Decides where pictures go, and makes sure that they can go there.
 *
 * @throws usage errors for what cannot be meant, failures for what cannot be written
 */
export async function openPictureOutputs(
  flags: DrawFlags,
  entries: readonly Entry[],
  host: Host,
): Promise<PictureOutputs> {
  const { size, sheet } = flags;
  const usesStdout = flags.output === "-";
  if (usesStdout) checkStdout(entries, host);
  checkSheet(sheet, entries);
  const ground = flags.background === undefined ? WHITE : await parseColour(flags.background);
  const pictures = [usesStdout ? undefined : flags.output, flags.progressive, sheet];
  for (const path of pictures) if (path !== undefined) checkFormat(path, ground);

  const fileOf = (kind: FileKind, { suffix }: Entry) => {
    const path = flags[kind];
    return path === undefined || (kind === "output" && usesStdout) ? undefined : suffixed(path, suffix);
  };
  const wishes = KINDS.map((kind) => ({
    option: OPTIONS[kind],
    paths: entries.flatMap((entry) => fileOf(kind, entry) ?? []),
  }));
  const last = { option: OPTIONS.sheet, paths: sheet === undefined ? [] : [sheet] };
  await checkPlaces([...wishes, last], FOR_PICTURES);

  const shown: SheetEntry[] = [];
  const encode = (raster: Raster, format: PictureFormat, xmp?: string) =>
    encodePicture(raster, { format, size, ground, xmp });
  const write = async (path: string, raster: Raster, xmp?: string) =>
    writeWhole(path, await encode(raster, pictureFormatOf(path), xmp), FOR_PICTURES);
  return {
    usesStdout,
    finish: (pixels) =>
      flags.background === undefined ? { ...pixels, channels: 3 } : replaceGround(pixels, ground),
    fileOf,
    write,
    async save(entry, raster, tokens, xmp) {
      const [output, , json] = KINDS.map((kind) => fileOf(kind, entry));
      if (usesStdout) await send(host.stdout, await encode(raster, "png", xmp), "standard output");
      if (output !== undefined) await write(output, raster, xmp);
      if (json !== undefined) await writeWhole(json, `${JSON.stringify(tokens)}\n`, FOR_PICTURES);
      if (sheet !== undefined) shown.push({ raster, caption: entry.caption });
    },
    async close() {
      if (sheet === undefined || !shown.length) return;
      const image = await contactSheet(shown, ground);
      await writeWhole(sheet, await encodeSheet(image, pictureFormatOf(sheet)), FOR_PICTURES);
    },
  };
}

function checkStdout(entries: readonly Entry[], { stdout }: Host): void {
  if (stdout.isTTY)
    throw usage("a picture would only garble the terminal: redirect it (-o - > cat.png) or pipe it on");
  if (entries.length > 1)
    throw usage(`-o - takes one picture, and there are ${entries.length}: give a file, or use --sheet`);
}

function checkSheet(sheet: string | undefined, entries: readonly Entry[]): void {
  if (sheet !== undefined && entries.length > LARGEST_SHEET)
    throw usage(`--sheet holds ${LARGEST_SHEET} pictures at most, and there are ${entries.length}: use -o`);
}

function checkFormat(path: string, ground: Colour): void {
  const format = pictureFormatOf(path);
  if (!isOpaque(ground) && !hasAlpha(format))
    throw usage(`${path} cannot be transparent, as no JPEG can: write a .png, .webp or .avif`);
}
