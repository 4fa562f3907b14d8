import type { Token } from "../core/types.js";
import type { Patches } from "../files/films/frame.js";
import type { Graph } from "../runtime/ort.js";
import { bytes, callOne } from "../runtime/tensors.js";
import type { Layout, Shift } from "./layout.js";
import type { VideoManifest } from "./manifest.js";

/** Turns patches into pixels. The same patches are decoded once, however far they are shifted. */
export interface FrameDecoder {
  show(tokens: readonly Token[], shift: Shift): Promise<Patches>;
}

/** Canvases kept: those of a clip, and some. */
const KEPT = 64;

export function createFrameDecoder(
  graph: () => Promise<Graph>,
  { decoder, picture, clip }: VideoManifest,
  { box }: Layout,
): FrameDecoder {
  const canvases = new Map<string, Promise<Uint8Array>>();
  const paint = async (tokens: readonly Token[]) =>
    bytes(await callOne(await graph(), tokens, [1, clip.rows, clip.columns]));
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
