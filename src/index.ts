// What names itself. What it is made of has shorter names and is found in `foretoken/core`, `foretoken/drafters`,
// `foretoken/verifiers` and the media's own folders.

export { type DecodeOptions, decode } from "./core/decode.js";
export type { Distribution, Logits } from "./core/distribution.js";
export { ForetokenError } from "./core/errors.js";
export { addMetrics, createMeter, type DepthMetrics, type Meter, type Metrics } from "./core/metrics.js";
export { createNoise, type Noise } from "./core/noise.js";
export type { PassCost, PassTimes } from "./core/pass-times.js";
export { createSampler, type History, type Sampler, type Sampling } from "./core/sampling.js";
export type * from "./core/types.js";
export type { Pixels } from "./files/pictures/pixels.js";
export type { PictureSource } from "./files/pictures/read.js";
export { type DrawnImage, type DrawReport, draw, generateImage } from "./image/draw.js";
export { listImageModels } from "./image/manifest.js";
export type { Drawing } from "./image/modality.js";
export { loadImageModel } from "./image/model.js";
export type { ImageDrafterName, ImageVerifierName } from "./image/names.js";
export { ImageTokens } from "./image/tokens.js";
export type { CompleteOptions, Drawn, DrawOptions, ImageModel, ImageModelOptions } from "./image/types.js";
export { type GenerateOptions, generate } from "./medium/generate.js";
export type { MediumModel, OpenOptions } from "./medium/open.js";
export type { MakeOptions, PromptOptions, Setup } from "./medium/setup.js";
export type { Speculation, SpeculationOptions } from "./medium/speculation.js";
export { type AdaptivePlan, type AdaptivePlanOptions, adaptive } from "./plans/adaptive.js";
export type { KnownEarnings } from "./plans/earnings.js";
export { fixedLength } from "./plans/fixed.js";
export type { Device } from "./runtime/ort.js";
export type { SpeechDrafterName } from "./speech/names.js";
export { type SentenceReport, type Sound, type SpeakOptions, speak } from "./speech/speak.js";
export { listVoices, loadVoice, type Voice, type VoiceOptions } from "./speech/voice.js";
export { type FunctionModelOptions, functionModel } from "./targets/function.js";
export type { Message } from "./text/chat.js";
export type { TextFormat } from "./text/format.js";
export type { TokenChance, TokenLogprobs } from "./text/logprobs.js";
export { listTextModels } from "./text/manifest.js";
export type { TextPiece } from "./text/modality.js";
export { loadText } from "./text/model.js";
export type { TextDrafterName, TextVerifierName } from "./text/names.js";
export type { TextPrompt } from "./text/prompt.js";
export type { TextModel, TextModelOptions, WriteOptions, Written } from "./text/types.js";
export { generateText, generateTexts, type WrittenText, write } from "./text/write.js";
export {
  animate,
  type GeneratedVideo,
  generateVideo,
  type ShownFrame,
  type VideoReport,
} from "./video/animate.js";
export { listVideoModels } from "./video/manifest.js";
export type { Filming } from "./video/modality.js";
export { loadVideoModel } from "./video/model.js";
export type { VideoDrafterName, VideoVerifierName } from "./video/names.js";
export { VideoTokens } from "./video/tokens.js";
export type { Animated, AnimateOptions, VideoModel, VideoModelOptions } from "./video/types.js";
