import { failure, usage } from "../../core/errors.js";
import { sharpLibrary } from "../../runtime/sharp.js";
import type { Host, Talk } from "../host.js";
import { firstBytes } from "../input.js";
import { ffmpegRead, neededFfmpeg } from "../output/ffmpeg.js";
import { inspect } from "../pictures/metadata.js";
import { chunksOf } from "./apng.js";

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

/** So much of a file shows what it is. */
const START = 2 ** 16;

/**
 * Opens a film: animated GIF and WebP are read by sharp, anything else by ffmpeg.
 *
 * @throws errors for what cannot be read, or not without ffmpeg, or is a single picture, before anything is loaded
 */
export async function frameReader(path: string, host: Host, talk: Talk): Promise<FrameReader> {
  const start = await firstBytes(path, START);
  const magic = start.toString("latin1", 0, 12);
  const isPng = magic.startsWith("\x89PNG");
  if (/^(GIF8|RIFF....WEBP)/s.test(magic)) return readBySharp(path);
  if (magic.startsWith("\xff\xd8\xff") || (isPng && !chunksOf(start, "acTL").length)) throw single(path);
  const ffmpeg = neededFfmpeg(host.env, `reading ${path}`, "give a .gif or an animated .webp");
  return (wish) => readByFfmpeg(ffmpeg, path, wish, host, talk);
}

const single = (path: string) =>
  usage(`${path} is a single picture, and a film is needed: to animate a picture use --from`);

/** What programs make of frames that claim to last no time. */
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
        // What is seen in the middle of a frame's time.
        const time = ((first + i + 0.5) * 1000) / fps;
        const at = ends.findIndex((end) => time < end);
        const page = at < 0 ? pages - 1 : at;
        const image = sharp(path, { page }).resize(side, side, { fit: "inside" });
        return image
          .png({ compressionLevel: 1 })
          .toBuffer()
          .catch((cause) => {
            throw failure(`${path} cannot be read: ${cause.message.split("\n")[0]}`, cause);
          });
      }),
    );
  };
}

async function readByFfmpeg(
  ffmpeg: string,
  path: string,
  { fps, last, side }: FrameWish,
  host: Host,
  talk: Talk,
): Promise<Buffer[]> {
  const frames: Buffer[] = [];
  const streams = new Set<string>();
  const cut = pngCutter((png) => {
    frames.push(png);
    if (frames.length > last) frames.shift();
  });
  try {
    await ffmpegRead({
      ffmpeg,
      path,
      signal: host.signal,
      arrange: (command) =>
        command
          .noAudio()
          .videoFilters([`fps=${fps}`, `scale=${side}:${side}:force_original_aspect_ratio=decrease`])
          .videoCodec("png")
          .format("image2pipe"),
      onBytes: cut,
      onLine: (line) => {
        const [, kind] = /^\s*Stream #0:\d+.*?: (Audio|Video): /.exec(line) ?? [];
        if (kind) streams.add(kind);
      },
    });
  } catch (error) {
    if (streams.has("Audio") && !streams.has("Video"))
      throw failure(`${path} holds no pictures, only sound`, error);
    throw error;
  }
  if (!frames.length) throw failure(`${path} holds no frames`);
  if (streams.has("Audio")) talk.note(`foretoken: ${path} has sound, which is left out`);
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
