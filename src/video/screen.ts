import type { InferenceSession } from "onnxruntime-node";
import { usage } from "../core/errors.js";
import type { Token } from "../core/types.js";
import type { Pixels } from "../image/picture.js";
import { ort } from "../runtime/ort.js";
import type { Ground, Layout, Shift } from "./layout.js";
import type { VideoManifest } from "./manifest.js";

/** The moving things of a frame, without the ground. */
export interface VideoFrame {
  readonly index: number;
  readonly width: number;
  readonly height: number;
  /** 8-bit RGBA, straight alpha, row by row from the top. */
  readonly rgba: Uint8Array;
  /** The earliest frame with the very same pixels; itself if there is none. */
  readonly same: number;
}

export type Patches = Pick<VideoFrame, "width" | "height" | "rgba">;

/** Turns patches into pixels. The same patches are decoded once, however far they are shifted. */
export interface Screen {
  show(tokens: readonly Token[], shift: Shift): Promise<Patches>;
}

/** Canvases kept: those of a clip, and some. */
const KEPT = 64;

export function createScreen(
  session: () => Promise<InferenceSession>,
  { decoder, picture, clip }: VideoManifest,
  { box }: Layout,
): Screen {
  const canvases = new Map<string, Promise<Uint8Array>>();
  const paint = async (tokens: readonly Token[]) => {
    const [opened, { Tensor }] = [await session(), await ort()];
    const ids = new Tensor("int64", BigInt64Array.from(tokens, BigInt), [1, clip.rows, clip.columns]);
    const results = await opened.run({ [opened.inputNames[0]]: ids });
    return results[opened.outputNames[0]].data as Uint8Array;
  };
  return {
    async show(tokens, shift) {
      const key = tokens.join();
      let canvas = canvases.get(key);
      if (!canvas) {
        canvas = paint(tokens);
        canvases.set(key, canvas);
        if (canvases.size > KEPT) canvases.delete(canvases.keys().next().value as string);
      }
      const { left, top } = box(0, shift);
      return cut(await canvas, decoder.width, { left: -left, top: -top, ...picture });
    },
  };
}

/** A part of a premultiplied canvas, its alpha made straight. */
function cut(
  canvas: Uint8Array,
  stride: number,
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
): Patches {
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = ((top + y) * stride + left + x) * 4;
      const alpha = canvas[from + 3];
      if (alpha === 0) continue;
      const to = (y * width + x) * 4;
      for (let c = 0; c < 3; c++) rgba[to + c] = Math.min(255, Math.round((canvas[from + c] * 255) / alpha));
      rgba[to + 3] = alpha;
    }
  }
  return { rgba, width, height };
}

/** A frame on a ground, or on a picture of its size: RGB. */
export function compose({ rgba, width, height }: Patches, ground: Ground | Pixels): Pixels {
  if ("data" in ground && (ground.width !== width || ground.height !== height))
    throw usage(
      `the ground has ${ground.width} x ${ground.height} pixels, the frame ${width} x ${height}: scale it`,
    );
  const data = "data" in ground ? ground.data.slice() : paintGround(ground, width, height).data;
  for (let at = 0; at < width * height; at++) {
    const alpha = rgba[at * 4 + 3];
    if (alpha === 0) continue;
    for (let c = 0; c < 3; c++) {
      const under = data[at * 3 + c];
      data[at * 3 + c] = Math.round(under + ((rgba[at * 4 + c] - under) * alpha) / 255);
    }
  }
  return { data, width, height };
}

/** A ground by itself. */
export function paintGround(
  { top, bottom }: Pick<Ground, "top" | "bottom">,
  width: number,
  height: number,
): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const part = height > 1 ? y / (height - 1) : 0;
    const colour = top.map((from, c) => Math.round(from + (bottom[c] - from) * part));
    for (let x = 0; x < width; x++) data.set(colour, (y * width + x) * 3);
  }
  return { data, width, height };
}
