import { film } from "../../files/pictures/film.js";
import { pictureFormatOf } from "../../files/pictures/formats.js";
import type { Raster } from "../../files/pictures/pixels.js";
import { agreeing, FELL, STANDS, type Tint, tinted } from "../../files/pictures/tint.js";
import { writeWhole } from "../../files/place.js";
import type { Drawing } from "../../image/modality.js";
import type { ImageModel } from "../../image/types.js";
import { OR_STDOUT } from "../outputs.js";
import type { PictureOutputs } from "./outputs.js";

/** Shows a picture while it is drawn. */
export interface Progress {
  /** True: every round is to be seen, not only finished rows. */
  readonly rounds: boolean;
  see(drawing: Drawing): Promise<void>;
}

/** A file that is written anew with every row; of a .webp, a film of the rounds. */
export function createProgress(
  path: string,
  outputs: PictureOutputs,
  model: ImageModel,
  xmp: string,
): Progress {
  if (pictureFormatOf(path) === "webp") return createFilm(path, outputs, model, xmp);
  return {
    rounds: false,
    see: async (drawing) =>
      outputs.write(path, outputs.finish(await drawing.picture()), drawing.done ? xmp : undefined),
  };
}

/** Each frame shows what stood before a round and, tinted, what was guessed in it; the last one the picture. */
function createFilm(path: string, { finish }: PictureOutputs, model: ImageModel, xmp: string): Progress {
  const frames: Raster[] = [];
  const { grid } = model.manifest;
  return {
    rounds: true,
    async see(drawing) {
      frames.push(await roundFrame(drawing, model, finish));
      if (!drawing.done) return;
      frames.push(finish(await drawing.picture()));
      await writeWhole(path, await film(frames, xmp), OR_STDOUT);
    },
  };

  async function roundFrame(
    { tokens, start, guesses }: Drawing,
    { decode }: ImageModel,
    as: PictureOutputs["finish"],
  ) {
    const count = grid.rows * grid.columns;
    const guessed = guesses.slice(0, count - start);
    const standing = agreeing(guessed, tokens.slice(start));
    const shown = [...tokens.slice(0, start), ...guessed];
    const raster = as(await decode([...shown, ...new Array<number>(count - shown.length).fill(grid.blank)]));
    const cells = guessed.map((_, i) => cell(start + i, raster, i < standing ? STANDS : FELL));
    return tinted(raster, cells);
  }

  function cell(at: number, { width, height }: Raster, colour: Tint["colour"]): Tint {
    const [w, h] = [width / grid.columns, height / grid.rows];
    const [column, row] = [at % grid.columns, Math.floor(at / grid.columns)];
    return { left: column * w, top: row * h, width: w, height: h, colour };
  }
}
