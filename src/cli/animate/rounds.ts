import type { Compositor } from "../../files/films/compositor.js";
import type { Ground, VideoFrame } from "../../files/films/frame.js";
import type { FilmSink } from "../../files/films/shape.js";
import { agreeing, FELL, OPEN, STANDS, type Tint, tinted } from "../../files/pictures/tint.js";
import type { Filming } from "../../video/modality.js";

export type Rounds = ReturnType<typeof createRounds>;

/** A film of how a clip is made. */
export function createRounds(sink: FilmSink, compositor: Compositor) {
  return {
    /** A round: the frame that it began in, with what was guessed there. */
    async see(filming: Filming) {
      const { start, guesses, tokens, ground } = filming;
      const index = filming.box(start)?.frame ?? 0;
      const frame = await filming.frame(index, true);
      const raster = await compositor.compose(frame, ground);
      const standing = agreeing(guesses, tokens.slice(start));
      const tints = guesses.flatMap((_, i): Tint[] => {
        const box = filming.box(start + i);
        if (box?.frame !== index) return [];
        // Behind the first one that fell, guesses may come again.
        const colour = i < standing ? STANDS : i === standing ? FELL : OPEN;
        return [{ ...compositor.area(box, frame), colour }];
      });
      await sink.write(tinted(raster, tints));
    },
    /** Behind the rounds, the clip. */
    async close(clip: readonly { readonly frame: VideoFrame; readonly ground: Ground }[]) {
      for (const { frame, ground } of clip) await sink.write(await compositor.show(frame, ground));
      await sink.close();
    },
    abort: () => sink.abort(),
  };
}
