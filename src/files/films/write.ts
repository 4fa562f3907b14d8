import { extname } from "node:path";
import type { Writable } from "node:stream";
import { neededFfmpeg } from "../ffmpeg.js";
import { WHITE } from "../pictures/colour.js";
import { hasAlpha, pictureFormatOf } from "../pictures/formats.js";
import { encodePicture } from "../pictures/write.js";
import { beside, type Place, streamTo } from "../place.js";
import { animatedSink } from "./animated.js";
import { apngSink } from "./apng.js";
import { encodedSink } from "./encoded.js";
import { type FilmFormat, filmFormatOf, isPattern, traitsOf } from "./formats.js";
import { framesSink } from "./frames.js";
import type { FilmShape, FilmSink } from "./shape.js";

/** Where ffmpeg is looked for, and the stream that `-` means. */
export interface WritingFilms {
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: Writable;
}

/** Writes films of one kind. */
export interface FilmMaker {
  /** Undefined: single frames. */
  readonly format: FilmFormat | undefined;
  readonly hasAlpha: boolean;
  /** Whether the file itself says how often it is shown. */
  readonly repeats: boolean;
  readonly fastest: number;
  /** Opens a film in a file of that kind. */
  open(path: string, shape: FilmShape): Promise<FilmSink>;
}

/**
 * What a path asks for: a film, or single frames; `-` is a WebP on standard output.
 *
 * @throws a usage error for an unknown ending, a failure where ffmpeg is needed and is not there
 *
 * @example
 * const maker = filmMaker("film.webp", process);
 * const sink = await maker.open("film.webp", { width: 192, height: 192, channels: 3, fps: 12, plays: 0 });
 */
export function filmMaker(path: string, host: WritingFilms): FilmMaker {
  if (path === "-") return whole("webp", async () => streamTo(host.stdout, "standard output"));
  if (isPattern(path)) return singleFrames(path);
  const format = filmFormatOf(path);
  if (format !== "mp4" && format !== "mov" && format !== "webm") return whole(format, (name) => beside(name));
  const ffmpeg = neededFfmpeg(host.env, path, `write ${path.slice(0, -extname(path).length)}.webp`);
  return {
    ...traits(format),
    open: async (name, shape) => encodedSink(format, ffmpeg, await beside(name), shape),
  };
}

function traits(format: FilmFormat): Omit<FilmMaker, "open"> {
  const { ffmpeg = false, alpha = false, fastest = Number.POSITIVE_INFINITY } = traitsOf(format);
  return { format, hasAlpha: alpha, repeats: !ffmpeg, fastest };
}

/** Kinds whose files are written in one piece. */
function whole(format: "gif" | "webp" | "apng" | "png", at: (name: string) => Promise<Place>): FilmMaker {
  return {
    ...traits(format),
    async open(name, shape) {
      const place = await at(name);
      return format === "gif" || format === "webp"
        ? animatedSink(format, place, shape)
        : apngSink(place, shape);
    },
  };
}

function singleFrames(path: string): FilmMaker {
  const format = pictureFormatOf(path);
  return {
    format: undefined,
    hasAlpha: hasAlpha(format),
    repeats: false,
    fastest: Number.POSITIVE_INFINITY,
    open: (name) => framesSink(name, (frame) => encodePicture(frame, { format, ground: WHITE })),
  };
}
