import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Raster } from "../pictures/pixels.js";
import { placeOf, removeAtExit, temporaryFor } from "../place.js";
import { writing } from "../problems.js";
import { numbered } from "./formats.js";
import type { FilmSink } from "./shape.js";

/** Single frames, a file each. They are kept in a folder beside their place until all of them are there. */
export async function framesSink(
  pattern: string,
  encode: (frame: Raster) => Promise<Buffer>,
): Promise<FilmSink> {
  const folder = temporaryFor(pattern);
  await writing(pattern, mkdir(folder));
  const { discard } = removeAtExit(folder);
  let busy: Promise<void> = Promise.resolve();
  /** `abort` waits for work that is under way, which would make its file again. */
  const alone = (work: () => Promise<void>) => {
    busy = work();
    return busy;
  };
  const waiting = (number: number) => join(folder, String(number));
  let frames = 0;
  return {
    write: (frame) =>
      alone(async () => {
        const bytes = await encode(frame);
        frames++;
        await writing(numbered(pattern, frames), writeFile(waiting(frames), bytes));
      }),
    close: () =>
      alone(async () => {
        for (let number = 1; number <= frames; number++) {
          const name = numbered(pattern, number);
          const place = await placeOf(name);
          await writing(name, rename(waiting(number), place));
        }
        await discard();
      }),
    async abort() {
      await busy.catch(() => {});
      await discard();
    },
  };
}
