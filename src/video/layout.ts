import type { Token } from "../core/types.js";
import type { Ground, Rgb } from "../files/films/frame.js";
import type { VideoManifest } from "./manifest.js";

/** How far a frame's patches stand from their grid, in pixels of the model's scale: down, right. */
export type Shift = readonly [down: number, right: number];

/** A part of a picture, in its pixels; it may reach over the edge. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A clip's tokens by place: its ground, a shift a frame, then frame, row, column. */
export interface Layout {
  /** Tokens before the first patch. */
  readonly lead: number;
  /** Patches of a frame, and tokens of a whole clip. */
  readonly cells: number;
  readonly length: number;
  shiftToken(shift: Shift): Token;
  shiftOf(token: Token): Shift;
  groundToken(name: string): Token;
  ground(token: Token): Ground;
  /** Where the cell of a frame with this shift is seen. */
  box(cell: number, shift: Shift): Box;
}

export function layoutOf({ clip, shifts, backgrounds, picture, decoder }: VideoManifest): Layout {
  const lead = 1 + clip.frames;
  const cells = clip.rows * clip.columns;
  const patch = decoder.width / clip.columns;
  /** Pixels of the shown picture for one step of a shift. */
  const step = patch / shifts.size;
  const named = backgrounds.names.map((name): Ground => {
    const rgb = backgrounds.rgb[name];
    const [top, bottom] = typeof rgb[0] === "number" ? [rgb, rgb] : rgb;
    return { name, top: top as Rgb, bottom: bottom as Rgb };
  });
  return {
    lead,
    cells,
    length: lead + clip.frames * cells,
    shiftToken: ([down, right]) => shifts.base + down * shifts.size + right,
    shiftOf: (token) => [
      Math.floor((token - shifts.base) / shifts.size),
      (token - shifts.base) % shifts.size,
    ],
    groundToken: (name) => backgrounds.base + named.findIndex((ground) => ground.name === name),
    ground: (token) => named[token - backgrounds.base],
    box(cell, [down, right]) {
      // The canvas is larger than the picture: without a shift, its first patch lies just outside.
      const margin = { top: decoder.height - picture.height, left: decoder.width - picture.width };
      return {
        left: (cell % clip.columns) * patch - margin.left + right * step,
        top: Math.floor(cell / clip.columns) * patch - margin.top + down * step,
        width: patch,
        height: patch,
      };
    },
  };
}
