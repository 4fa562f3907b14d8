import type { Compositor } from "../../files/films/compositor.js";
import type { Ground, VideoFrame } from "../../files/films/frame.js";
import type { FilmSink } from "../../files/films/shape.js";
import type { Filming } from "../../video/modality.js";
import type { VideoTokens } from "../../video/tokens.js";
import { orAbort } from "../errors.js";
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

/** One clip on its way to all places that it belongs to. */
export interface ClipSink {
  /** True: every round is to be seen, not only finished frames. */
  readonly rounds: boolean;
  /** Takes what has been finished since. */
  see(filming: Filming): Promise<void>;
  /** Takes the next frame. */
  show(frame: VideoFrame, ground: Ground): Promise<void>;
  /** The clip is complete. */
  end(tokens: VideoTokens): Promise<Shown>;
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}

export interface ClipSinkParts {
  readonly signal: AbortSignal;
  readonly film?: { readonly sink: FilmSink; readonly compositor: Compositor };
  readonly making?: Rounds;
  /** How often the frames go into the film, one time after another. */
  readonly plays: number;
  readonly onFrame?: (frame: VideoFrame, ground: Ground) => Promise<void>;
}

export function createClipSink({ signal, film, making, plays, onFrame }: ClipSinkParts): ClipSink {
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
  const show: ClipSink["show"] = async (frame, ground) => {
    seen.push({ frame, ground });
    await put({ frame, ground });
    await timed("files", async () => onFrame?.(frame, ground));
  };
  return {
    rounds: making !== undefined,
    show,
    async see(filming) {
      if (!isSeen) return;
      if (making) await timed("files", () => making.see(filming));
      while (seen.length < filming.frames) {
        const frame = await timed("decode", () => filming.frame(seen.length));
        await show(frame, filming.ground!);
      }
    },
    async end(tokens) {
      for (let play = 1; play < plays; play++) for (const one of seen) await put(one);
      await timed("files", async () => {
        await film?.sink.close();
        await making?.close(seen);
      });
      const { frames } = tokens;
      const different = new Set(frames.map((frame) => JSON.stringify(frame))).size;
      return { frames: frames.length, different, decodeTime: time.decode, fileTime: time.files };
    },
    async abort() {
      await film?.sink.abort();
      await making?.abort();
    },
  };
}
