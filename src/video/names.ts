import { LOSSLESS } from "../verifiers/named.js";

/** Plain names, free of models: a command line can list them without loading any. */

export const DEFAULT_VIDEO_MODEL = "sprites";

export const VIDEO_DRAFTERS = {
  jacobi: "all guesses redrawn each pass until they agree; newcomers looked up in earlier frames",
  lookup: "the earlier frame, shifted, that explains best what is known",
  copy: "the frame before",
  none: "no guesses",
} as const;

export type VideoDrafterName = keyof typeof VIDEO_DRAFTERS;

export const VIDEO_VERIFIERS = LOSSLESS;

export type VideoVerifierName = keyof typeof VIDEO_VERIFIERS;

/** The style in which things move by themselves. */
export const ANIMATED = "animated";
/** Most guesses a pass. */
export const LONGEST_DRAFT = 144;
/** Most frames of a film. */
export const MOST_FRAMES = 480;
