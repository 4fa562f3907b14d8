import type { Compositor } from "../../files/films/compositor.js";
import type { Ground, VideoFrame } from "../../files/films/frame.js";
import type { FilmSink } from "../../files/films/shape.js";
import type { Filming } from "../../video/modality.js";
import type { VideoTokens } from "../../video/tokens.js";
import { orAbort } from "../host.js";
import type { Rounds } from "./rounds.js";

/** What a clip came to besides its tokens. Times are milliseconds. */
export interface Shown {
  readonly frames: number;
  /** Frames that differ from all before them. */
  readonly different: number;
  /** Tokens -> pixels. */
  readonly decodeTime: number;
  /** Pixels -> files. */
  readonly fileTime: number;
}

interface ClipSinkParts {
  readonly signal: AbortSignal;
  readonly film?: { readonly sink: FilmSink; readonly compositor: Compositor };
  readonly making?: Rounds;
  /** How often the frames go into the film, one time after another. */
  readonly plays: number;
  readonly onFrame?: (frame: VideoFrame, ground: Ground) => Promise<void>;
}

/** One clip on its way to all places that it belongs to. */
export type ClipSink = ReturnType<typeof createClipSink>;

export function createClipSink({ signal, film, making, plays, onFrame }: ClipSinkParts) {
  const seen: { readonly frame: VideoFrame; readonly ground: Ground }[] = [];
  const time = { decode: 0, files: 0 };
  const timed = async <T>(part: keyof typeof time, work: () => Promise<T>) => {
    const began = performance.now();
    try {
      return await orAbort(work(), signal);
    } finally {
      time[part] += performance.now() - began;
    }
  };
  const isSeen = Boolean(film || making || onFrame);

  const put = ({ frame, ground }: (typeof seen)[number]) =>
    timed("files", async () => film?.sink.write(await film.compositor.show(frame, ground)));
  const show = async (frame: VideoFrame, ground: Ground) => {
    seen.push({ frame, ground });
    await put({ frame, ground });
    await timed("files", async () => onFrame?.(frame, ground));
  };
  return {
    /** True: every round is to be seen, not only finished frames. */
    rounds: making !== undefined,
    /** Takes the next frame. */
    show,
    /** Takes what has been finished since. */
    async see(filming: Filming) {
      if (!isSeen) return;
      if (making) await timed("files", () => making.see(filming));
      while (seen.length < filming.frames) {
        const frame = await timed("decode", () => filming.frame(seen.length));
        await show(frame, filming.ground!);
      }
    },
    /** The clip is complete. */
    async end(tokens: VideoTokens): Promise<Shown> {
      for (let play = 1; play < plays; play++) for (const one of seen) await put(one);
      await timed("files", async () => {
        await film?.sink.close();
        await making?.close(seen);
      });
      const { frames } = tokens;
      const different = new Set(frames.map((frame) => JSON.stringify(frame))).size;
      return { frames: frames.length, different, decodeTime: time.decode, fileTime: time.files };
    },
    /** Leaves nothing behind. */
    async abort() {
      await film?.sink.abort();
      await making?.abort();
    },
  };
}
