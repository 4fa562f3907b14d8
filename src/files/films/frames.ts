import { rmSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Raster } from "../pictures/pixels.js";
import { placeOf, type WayOut } from "../place.js";
import { cannotWrite } from "../problems.js";
import { numbered } from "./formats.js";
import type { FilmSink } from "./shape.js";

/** Single frames, a file each. They wait in a folder beside their place until all of them are there. */
export async function framesSink(
  pattern: string,
  encode: (frame: Raster) => Promise<Buffer>,
  wayOut: WayOut,
): Promise<FilmSink> {
  const folder = join(dirname(pattern), `.${basename(pattern)}.${process.pid}.part`);
  await mkdir(folder).catch((error) => Promise.reject(cannotWrite(pattern, error)));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  const discard = async () => {
    await rm(folder, { recursive: true, force: true });
    process.off("exit", remove);
  };
  let busy: Promise<void> = Promise.resolve();
  /** What is under way when all is given up must end first, or it would come back. */
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
        const name = numbered(pattern, frames);
        await writeFile(waiting(frames), bytes).catch((error) => Promise.reject(cannotWrite(name, error)));
      }),
    close: () =>
      alone(async () => {
        for (let number = 1; number <= frames; number++) {
          const name = numbered(pattern, number);
          const place = await placeOf(name, wayOut);
          await rename(waiting(number), place).catch((error) => Promise.reject(cannotWrite(name, error)));
        }
        await discard();
      }),
    async abort() {
      await busy.catch(() => {});
      await discard();
    },
  };
}
