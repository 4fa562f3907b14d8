export {
  compose,
  type Ground,
  type Patches,
  paintGround,
  type Rgb,
  type VideoFrame,
} from "../files/films/frame.js";
export type { Speculation, SpeculationOptions } from "../medium/speculation.js";
export {
  animate,
  filmed,
  type GeneratedVideo,
  generateVideo,
  type ShownFrame,
  type VideoReport,
} from "./animate.js";
export { recallingTarget, type VideoSetup, videoSetup } from "./animating.js";
export type { FrameDecoder } from "./decoder.js";
export { type Box, type Layout, layoutOf, type Shift } from "./layout.js";
export { findVideoModel, listVideoModels, type VideoManifest, type VideoWords } from "./manifest.js";
export { type Matte, readMatte } from "./matte.js";
export { type Filming, type VideoEncoded, type VideoParts, type VideoPrompt, video } from "./modality.js";
export { loadVideoModel } from "./model.js";
export {
  DEFAULT_VIDEO_MODEL,
  VIDEO_DRAFTERS,
  VIDEO_VERIFIERS,
  type VideoDrafterName,
  type VideoVerifierName,
} from "./names.js";
export type { StoredPiece } from "./store.js";
export { type FrameTokens, VideoTokens } from "./tokens.js";
export type { Animated, AnimateOptions, VideoModel, VideoModelOptions } from "./types.js";
export { type ClipReader, createClipReader, type ReadClip } from "./words.js";
