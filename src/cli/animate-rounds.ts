import type { Ground } from "../video/layout.js";
import type { Filming } from "../video/modality.js";
import type { VideoFrame } from "../video/screen.js";
import type { Projector } from "./films/projector.js";
import type { FilmSink } from "./films/sink.js";
import { agreeing, FELL, OPEN, STANDS, type Tint, tinted } from "./pictures/tint.js";

/** A film of how a clip is made. */
export interface Rounds {
  /** A round: the frame that it began in, with what was guessed there. */
  see(filming: Filming): Promise<void>;
  /** Behind the rounds, the clip. */
  close(clip: readonly { readonly frame: VideoFrame; readonly ground: Ground }[]): Promise<void>;
  abort(): Promise<void>;
}

export function createRounds(sink: FilmSink, projector: Projector): Rounds {
  return {
    async see(filming) {
      const { start, guesses, tokens, ground } = filming;
      const index = filming.box(start)?.frame ?? 0;
      const frame = await filming.frame(index, true);
      const raster = await projector.project(frame, ground);
      const standing = agreeing(guesses, tokens.slice(start));
      const tints = guesses.flatMap((_, i): Tint[] => {
        const box = filming.box(start + i);
        if (box?.frame !== index) return [];
        // Behind the first one that fell, guesses may come again.
        const colour = i < standing ? STANDS : i === standing ? FELL : OPEN;
        return [{ ...projector.area(box, frame), colour }];
      });
      await sink.write(tinted(raster, tints));
    },
    async close(clip) {
      for (const { frame, ground } of clip) await sink.write(await projector.show(frame, ground));
      await sink.close();
    },
    abort: () => sink.abort(),
  };
}
