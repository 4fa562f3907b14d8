import type { Token } from "../core/types.js";
import type { Ground } from "../files/films/frame.js";
import type { PictureSource } from "../files/pictures/read.js";
import { toSharp } from "../files/pictures/sharp.js";
import type { Graph } from "../runtime/ort.js";
import { callOne, numbers } from "../runtime/tensors.js";
import type { Layout, Shift } from "./layout.js";
import type { VideoManifest } from "./manifest.js";
import { type Matte, readMatte } from "./matte.js";
import type { FrameTokens } from "./tokens.js";

/** Pictures are cut out at so many times the encoder's scale. */
const FINE = 4;

/** What turns pictures into patches. */
export interface FrameEncoder {
  /** A thing for a first frame: cut out, in the middle, at its usual size. */
  thing(picture: PictureSource): Promise<FrameTokens>;
  /** A frame as it is, and what it stands on. */
  frame(picture: PictureSource): Promise<FrameTokens & { readonly ground: Ground }>;
}

/** Alpha, 0 to 255, below which a pixel counts as empty, as in training. */
const FAINT = 8;
/** Side of a thing of the usual size, in patches. */
const USUAL = 8;

export function createFrameEncoder(
  graph: () => Promise<Graph>,
  { encoder, picture, decoder, clip, shifts, backgrounds }: VideoManifest,
  layout: Layout,
): FrameEncoder {
  const patch = encoder.width / clip.columns;
  /** Width and height of what is seen, at the encoder's scale. */
  const seen = {
    width: (picture.width / decoder.width) * encoder.width,
    height: (picture.height / decoder.height) * encoder.height,
  };

  /** A part of a matte, scaled by `scale`, onto the canvas, premultiplied: its middle at (down, right). */
  async function onCanvas(matte: Matte, box: Matte["box"], scale: number, down: number, right: number) {
    const [width, height] = [box.width, box.height].map((side) => Math.max(1, Math.round(side * scale)));
    const small = await (
      await toSharp({ data: matte.rgba, width: matte.width, height: matte.height, channels: 4 })
    )
      .extract(box)
      .resize(width, height, { fit: "fill", kernel: "cubic" })
      .raw()
      .toBuffer();
    const canvas = new Uint8Array(encoder.width * encoder.height * 4);
    const [top, left] = [Math.round(down - height / 2), Math.round(right - width / 2)];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [cy, cx] = [top + y, left + x];
        if (cy < 0 || cx < 0 || cy >= encoder.height || cx >= encoder.width) continue;
        const from = (y * width + x) * 4;
        const to = (cy * encoder.width + cx) * 4;
        const alpha = small[from + 3];
        if (alpha < FAINT) continue;
        for (let c = 0; c < 3; c++) canvas[to + c] = Math.round((small[from + c] * alpha) / 255);
        canvas[to + 3] = alpha;
      }
    }
    return canvas;
  }

  const patches = async (canvas: Uint8Array): Promise<Token[]> =>
    numbers(await callOne(await graph(), canvas, [1, encoder.height, encoder.width, 4]));

  return {
    async thing(source) {
      const matte = await readMatte(source, seen.width * FINE, seen.height * FINE);
      const { box } = matte;
      const scale = (USUAL * patch) / Math.max(box.width, box.height);
      const [down, right] = [seen.height, seen.width].map((side) => side / 2);
      const { shift, at } = whole(down, right);
      return { shift, tokens: await patches(await onCanvas(matte, box, scale, ...at)) };
    },
    async frame(source) {
      const matte = await readMatte(source, seen.width * FINE, seen.height * FINE);
      const { box } = matte;
      const [down, right] = [box.top + box.height / 2, box.left + box.width / 2].map((at) =>
        Math.round(at / FINE),
      );
      const { shift, at } = whole(down, right);
      const tokens = await patches(await onCanvas(matte, box, 1 / FINE, ...at));
      return { shift, tokens, ground: groundLike(matte.ground) };
    },
  };

  /**
   * The shift with which a thing whose middle is seen there stands on the grid, as things did in training, and where its middle
   * is on the canvas then: a multiple of a patch.
   */
  function whole(down: number, right: number): { shift: Shift; at: [down: number, right: number] } {
    const shift = [down, right].map((at) => ((at % shifts.size) + shifts.size) % shifts.size);
    const at = [down, right].map((place, i) => place + patch - shift[i]);
    return { shift: [shift[0], shift[1]], at: [at[0], at[1]] };
  }

  /** The model's ground that is nearest in colour, in the colours that were found. */
  function groundLike(found: Matte["ground"]): Ground {
    const grounds = backgrounds.names.map((name) => layout.ground(layout.groundToken(name)));
    if (!found) return grounds[0];
    const away = (ground: Ground) =>
      (["top", "bottom"] as const)
        .map((end) => Math.hypot(...ground[end].map((value, c) => value - found[end][c])))
        .reduce((sum, distance) => sum + distance);
    const [nearest] = grounds.sort((a, b) => away(a) - away(b));
    return { ...nearest, ...found };
  }
}
