import { existsSync } from "node:fs";
import { kindOf, usage } from "../../core/errors.js";
import { once } from "../../core/once.js";
import { type Colour, isOpaque, parseColour } from "../pictures/colour.js";
import { over } from "../pictures/ground.js";
import type { Pixels, Raster } from "../pictures/pixels.js";
import { readPicture } from "../pictures/read.js";
import { inspect } from "../pictures/xmp.js";
import { compose, type Ground, type Patches } from "./frame.js";

/** What frames are shown on. */
export interface Backdrop {
  /** False: what is shown is transparent. */
  readonly opaque: boolean;
  /** @param own the ground that the clip has; undefined: none yet */
  behind(frame: Patches, own: Ground | undefined): Promise<Raster>;
}

/** Shown until the clip's own ground is known. */
const NEUTRAL: Ground = { name: "none", top: [200, 200, 200], bottom: [200, 200, 200] };

/**
 * The ground that was asked for: one of the model's by its name, a picture, a colour, nothing at all; or the clip's own.
 *
 * @throws errors that say what can be given, or what is wrong with the picture
 */
export async function chooseBackdrop(
  wish: string | undefined,
  grounds: readonly Ground[],
): Promise<Backdrop> {
  if (wish === undefined) return opaque((_, own) => own ?? NEUTRAL);
  const named = grounds.find(({ name }) => name === wish.trim().toLowerCase());
  if (named) return opaque(() => named);
  if (isFile(wish)) {
    const picture = await pictureOf(wish);
    return opaque(({ width, height }) => picture(`${width}x${height}`));
  }
  const colour = await colourOf(wish, grounds);
  if (!isOpaque(colour)) return { opaque: false, behind: async (frame) => onClear(frame, colour) };
  const rgb = [colour.r, colour.g, colour.b] as const;
  return opaque(() => ({ name: wish, top: rgb, bottom: rgb }));
}

type Below = (frame: Patches, own: Ground | undefined) => Ground | Promise<Pixels>;

const opaque = (below: Below): Backdrop => ({
  opaque: true,
  behind: async (frame, own) => ({ ...compose(frame, await below(frame, own)), channels: 3 }),
});

const isFile = (wish: string) => /\.[a-z]{3,5}$/i.test(wish) || existsSync(wish);

async function colourOf(wish: string, grounds: readonly Ground[]): Promise<Colour> {
  try {
    return await parseColour(wish);
  } catch (error) {
    if (kindOf(error) !== "usage") throw error;
    const names = grounds.map(({ name }) => name).join(", ");
    throw usage(`${(error as Error).message}, a picture file, or a ground of the model: ${names}`, error);
  }
}

/** A picture that fills frames of any size, cut where its shape differs. */
async function pictureOf(path: string): Promise<(size: string) => Promise<Pixels>> {
  await inspect(path);
  return once((size) => {
    const [width, height] = size.split("x").map(Number);
    return readPicture(path, width, height, "cover");
  });
}

/** A frame on a colour that can be seen through. */
function onClear({ rgba, width, height }: Patches, ground: Colour): Raster {
  if (ground.alpha === 0) return { data: rgba, width, height, channels: 4 };
  const below = [ground.r, ground.g, ground.b];
  const data = new Uint8Array(rgba.length);
  for (let at = 0; at < data.length; at += 4) {
    const cover = rgba[at + 3] / 255;
    const under = (1 - cover) * (ground.alpha / 255);
    for (let c = 0; c < 3; c++) data[at + c] = over(rgba[at + c], cover, below[c], under);
    data[at + 3] = Math.round(255 * (cover + under));
  }
  return { data, width, height, channels: 4 };
}
