import { failure } from "../../core/errors.js";
import type { Raster } from "../pictures/pixels.js";
import type { Place } from "../place.js";
import type { Sink } from "../sink.js";

/** Takes the frames of a film in, all of one size. */
export type FilmSink = Sink<Raster>;

export interface FilmShape {
  readonly width: number;
  readonly height: number;
  /** 4: transparent. */
  readonly channels: 3 | 4;
  readonly fps: number;
  /** How often it is shown; 0: for ever. */
  readonly plays: number;
}

/** Writes a film to its place in one piece, unless it was aborted before. */
export function delivery(place: Place) {
  let filling: Promise<void> | undefined;
  let aborted = false;
  return {
    async deliver(bytes: Buffer): Promise<void> {
      if (aborted) return;
      filling = place.fill(bytes);
      await filling;
    },
    async abort(): Promise<void> {
      aborted = true;
      // A write that is under way would make the file again.
      await filling?.catch(() => {});
      await place.discard();
    },
  };
}

/** Most pixels of all frames together that are held in memory: a gigabyte of RGBA. */
const LARGEST = 2 ** 28;

/** Counts frames that are held in memory until the last one is there. @throws a failure when there are too many */
export function counter({ width, height }: FilmShape, name: string): () => void {
  let frames = 0;
  return () => {
    frames++;
    if (frames * width * height > LARGEST)
      throw failure(
        `${name} would have more than ${frames - 1} frames of ${width} x ${height} pixels, too many for its kind of file: write .mp4, or make them smaller (size)`,
      );
  };
}

/** How long each frame is shown: milliseconds, in multiples of `step`, rounded so that no error adds up. */
export function delays(frames: number, fps: number, step = 1): number[] {
  const until = (frame: number) => Math.round((frame * 1000) / fps / step) * step;
  return Array.from({ length: frames }, (_, frame) => Math.max(step, until(frame + 1) - until(frame)));
}
