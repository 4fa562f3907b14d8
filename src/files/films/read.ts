import { failure, usage } from "../../core/errors.js";
import { ffmpegRead, neededFfmpeg } from "../ffmpeg.js";
import { firstBytes } from "../first-bytes.js";
import { pictureReason, sharpLibrary } from "../pictures/sharp.js";
import { inspect } from "../pictures/xmp.js";
import { chunksOf } from "./apng.js";

/** Where ffmpeg is looked for, what stops it, and who is told what is left out. */
export interface ReadingFilms {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly note?: (line: string) => void;
}

export interface FrameWish {
  /** Frames a second, whatever the film has. */
  readonly fps: number;
  /** Only the last ones of the film. */
  readonly last: number;
  /** Longest side in pixels. */
  readonly side: number;
}

/** Frames of a film, each as the bytes of a picture's file. */
export type FrameReader = (wish: FrameWish) => Promise<Buffer[]>;

/** Bytes of a file's start that are read to see what it is. */
const START = 2 ** 16;

/**
 * Opens a film: animated GIF and WebP are read by sharp, anything else by ffmpeg.
 *
 * @throws errors for what cannot be read, or not without ffmpeg, or is a single picture, before anything is loaded
 *
 * @example
 * const read = await frameReader("film.webp", { env: process.env, signal });
 * const pngs = await read({ fps: 12, last: 8, side: 192 });
 */
export async function frameReader(path: string, reading: ReadingFilms): Promise<FrameReader> {
  const start = await firstBytes(path, START);
  const magic = start.toString("latin1", 0, 12);
  const isPng = magic.startsWith("\x89PNG");
  if (/^(GIF8|RIFF....WEBP)/s.test(magic)) return readBySharp(path);
  if (magic.startsWith("\xff\xd8\xff") || (isPng && !chunksOf(start, "acTL").length)) throw single(path);
  const ffmpeg = neededFfmpeg(reading.env, `reading ${path}`, "give a .gif or an animated .webp");
  return (wish) => readByFfmpeg(ffmpeg, path, wish, reading);
}

const single = (path: string) =>
  usage(
    `${path} is a single picture, and a film is needed: a picture is animated by making it the first frame (from)`,
  );

/** Milliseconds that programs show a frame for, if it says 10 or less. */
const USUAL_DELAY = 100;

async function readBySharp(path: string): Promise<FrameReader> {
  const { pages = 1, delay = [] } = await inspect(path);
  if (pages < 2) throw single(path);
  const ends: number[] = [];
  for (let page = 0; page < pages; page++)
    ends.push((ends.at(-1) ?? 0) + (delay[page] > 10 ? delay[page] : USUAL_DELAY));
  return async ({ fps, last, side }) => {
    const count = Math.max(1, Math.round((ends[pages - 1] * fps) / 1000));
    const first = Math.max(0, count - last);
    const sharp = await sharpLibrary();
    return Promise.all(
      Array.from({ length: count - first }, (_, i) => {
        // The page that is shown in the middle of the frame's time.
        const time = ((first + i + 0.5) * 1000) / fps;
        const at = ends.findIndex((end) => time < end);
        const page = at < 0 ? pages - 1 : at;
        const image = sharp(path, { page }).resize(side, side, { fit: "inside" });
        return image
          .png({ compressionLevel: 1 })
          .toBuffer()
          .catch((cause) => {
            throw failure(`${path} cannot be read: ${pictureReason(cause)}`, cause);
          });
      }),
    );
  };
}

async function readByFfmpeg(
  ffmpeg: string,
  path: string,
  { fps, last, side }: FrameWish,
  { signal, note }: ReadingFilms,
): Promise<Buffer[]> {
  const frames: Buffer[] = [];
  const streams = new Set<string>();
  const fitted = `scale=${side}:${side}:force_original_aspect_ratio=decrease`;
  const read = (filters: readonly string[]) =>
    ffmpegRead({
      ffmpeg,
      path,
      signal,
      arrange: (command) =>
        command
          .noAudio()
          .videoFilters([...filters])
          .videoCodec("png")
          .format("image2pipe"),
      onBytes: pngCutter((png) => {
        frames.push(png);
        if (frames.length > last) frames.shift();
      }),
      onLine: (line) => {
        const [, kind] = /^\s*Stream #0:\d+.*?: (Audio|Video): /.exec(line) ?? [];
        if (kind) streams.add(kind);
      },
    });
  try {
    await read([`fps=${fps}`, fitted]);
    // At that rate a film may be too short for a single frame.
    if (!frames.length) await read([fitted]);
  } catch (error) {
    if (streams.has("Audio") && !streams.has("Video"))
      throw failure(`${path} holds no pictures, only sound`, error);
    throw error;
  }
  if (!frames.length) throw failure(`${path} holds no frames`);
  if (streams.has("Audio")) note?.(`foretoken: ${path} has sound, which is left out`);
  return frames;
}

/** Cuts a stream of PNGs into pictures. */
function pngCutter(onPicture: (png: Buffer) => void): (bytes: Buffer) => void {
  let waiting: Buffer[] = [];
  let size = 0;
  /** Where the next chunk begins. */
  let at = 8;
  return (bytes) => {
    waiting.push(bytes);
    size += bytes.length;
    while (size >= at + 8) {
      const all = waiting.length > 1 ? Buffer.concat(waiting) : waiting[0];
      waiting = [all];
      const end = at + 12 + all.readUInt32BE(at);
      if (all.toString("latin1", at + 4, at + 8) !== "IEND") {
        at = end;
        continue;
      }
      if (size < end) return;
      onPicture(all.subarray(0, end));
      waiting = [all.subarray(end)];
      size -= end;
      at = 8;
    }
  };
}
