export type { Pixels, RawPixels } from "../files/pictures/pixels.js";
export { type PictureSource, readPicture } from "../files/pictures/read.js";
export { toSharp } from "../files/pictures/sharp.js";
export type { Speculation, SpeculationOptions } from "../medium/speculation.js";
export { type Codebook, codebook } from "./codebook.js";
export { type DrawnImage, type DrawReport, draw, generateImage } from "./draw.js";
export { type ImageSetup, imageSetup } from "./drawing.js";
export { findImageModel, type ImageManifest, listImageModels, type WordsFile } from "./manifest.js";
export { type Drawing, type ImageEncoded, type ImageParts, type ImagePrompt, image } from "./modality.js";
export { loadImageModel } from "./model.js";
export {
  DEFAULT_IMAGE_MODEL,
  IMAGE_DRAFTERS,
  IMAGE_VERIFIERS,
  type ImageDrafterName,
  type ImageVerifierName,
} from "./names.js";
export { ImageTokens } from "./tokens.js";
export type { CompleteOptions, Drawn, DrawOptions, ImageModel, ImageModelOptions } from "./types.js";
export { imageVerifier } from "./verifiers.js";
export { createReader, type Reader, type ReadPrompt } from "./words.js";
