import { basename, dirname, join } from "node:path";
import { usage } from "../../core/errors.js";
import { endingOf } from "../ending.js";
import { PICTURE_FORMATS } from "../pictures/formats.js";
import type { Size } from "../pictures/pixels.js";

export type FilmFormat = "mp4" | "webm" | "mov" | "gif" | "webp" | "apng" | "png";

interface Traits {
  /** Written by ffmpeg: such a file does not say how often it is shown. */
  readonly ffmpeg?: true;
  readonly alpha?: true;
  /** Most frames a second that programs show; no limit if left out. */
  readonly fastest?: number;
}

/** Kinds of files that clips are written as. A .png with several frames is an .apng. */
const KINDS: Readonly<Record<FilmFormat, Traits>> = {
  mp4: { ffmpeg: true },
  webm: { ffmpeg: true, alpha: true },
  mov: { ffmpeg: true },
  gif: { alpha: true, fastest: 50 },
  webp: { alpha: true },
  apng: { alpha: true },
  png: { alpha: true },
};

export const FILM_FORMATS = Object.keys(KINDS) as FilmFormat[];

export const traitsOf = (format: FilmFormat): Traits => KINDS[format];

/** @throws a usage error that names what can be written */
export const filmFormatOf = (path: string): FilmFormat => endingOf(path, FILM_FORMATS);

/** Where a frame's number goes: %d or %03d, not a part of a word; %% is a per cent sign, as a lone % is (100%done.webp). */
const NUMBER = /%%|%(?:0(\d{1,2}))?d(?![A-Za-z0-9])/g;

/** Whether a path asks for single frames. @throws a usage error for more than one number */
export function isPattern(path: string): boolean {
  const numbers =
    basename(path)
      .match(NUMBER)
      ?.filter((found) => found !== "%%").length ?? 0;
  if (numbers > 1) throw usage(`${path} has ${numbers} numbers: one is enough, as in frame-%03d.png`);
  if (numbers) endingOf(path, PICTURE_FORMATS);
  return numbers > 0;
}

/** The file of a frame; the first is number 1. */
export const numbered = (pattern: string, number: number) =>
  join(
    dirname(pattern),
    basename(pattern).replace(NUMBER, (found, width) =>
      found === "%%" ? "%" : String(number).padStart(Number(width ?? 0), "0"),
    ),
  );

/** The sides that a kind of film can have: where ffmpeg writes it they are even, for it keeps one colour for 2 x 2 pixels. */
export function sidesFor(format: FilmFormat | undefined, { width, height }: Size): Size {
  if (format === undefined || !traitsOf(format).ffmpeg) return { width, height };
  return { width: width + (width % 2), height: height + (height % 2) };
}
