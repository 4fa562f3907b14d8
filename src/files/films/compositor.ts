import type { Area, Raster, Size } from "../pictures/pixels.js";
import { toSharp } from "../pictures/sharp.js";
import type { Backdrop } from "./backdrop.js";
import type { Ground, VideoFrame } from "./frame.js";

/** Frames as they will be seen: of a size, on their ground. */
export interface Compositor extends Size {
  /** @param own the ground that the clip has, if nothing else was asked for */
  compose(frame: VideoFrame, own: Ground | undefined): Promise<Raster>;
  /** The same for a finished frame. It is kept, for it may come again. */
  show(frame: VideoFrame, own: Ground | undefined): Promise<Raster>;
  /** Where a part of a frame is in the composed one. */
  area(part: Area, frame: Size): Area;
  /** Forgets the frames that were kept: another clip comes. */
  clear(): void;
}

/** Most bytes of frames that are kept. */
const KEPT = 2 ** 27;

/** Frames are shown whole, in the middle, the ground filling the rest. Equal ones are scaled and composed once. */
export function createCompositor({ width, height }: Size, backdrop: Backdrop): Compositor {
  const kept = new Map<number, Promise<Raster>>();
  const most = Math.max(1, Math.floor(KEPT / (width * height * 4)));
  const composed = async (frame: VideoFrame, own: Ground | undefined) =>
    backdrop.behind(await scaled(frame, { width, height }), own);
  return {
    width,
    height,
    compose: composed,
    clear: () => kept.clear(),
    show(frame, own) {
      let shown = kept.get(frame.same);
      if (shown) return shown;
      shown = composed(frame, own);
      if (kept.size >= most) kept.delete(kept.keys().next().value as number);
      kept.set(frame.same, shown);
      return shown;
    },
    area({ left, top, ...part }, frame) {
      const scale = Math.min(width / frame.width, height / frame.height);
      const x = (width - frame.width * scale) / 2;
      const y = (height - frame.height * scale) / 2;
      const [x0, y0] = [Math.round(x + left * scale), Math.round(y + top * scale)];
      const [x1, y1] = [x + (left + part.width) * scale, y + (top + part.height) * scale];
      return { left: x0, top: y0, width: Math.round(x1) - x0, height: Math.round(y1) - y0 };
    },
  };
}

async function scaled(frame: VideoFrame, size: Size): Promise<VideoFrame> {
  if (frame.width === size.width && frame.height === size.height) return frame;
  const image = await toSharp({ ...frame, data: frame.rgba, channels: 4 });
  const fitted = image.resize({ ...size, fit: "contain", background: { r: 0, g: 0, b: 0, alpha: 0 } });
  return { ...frame, ...size, rgba: await fitted.raw().toBuffer() };
}
