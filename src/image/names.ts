import { LOSSLESS, RELAXED } from "../verifiers/named.js";

/** Plain names, free of models: a command line can list them without loading any. */

export const DEFAULT_IMAGE_MODEL = "emoji";

export const IMAGE_DRAFTERS = {
  jacobi: "all guesses redrawn each pass until they agree; newcomers copy their neighbours",
  copy: "the token above",
  heads: "heads on the model's last hidden state",
  lookup: "what followed the same tokens before",
  none: "no guesses",
} as const;

export type ImageDrafterName = keyof typeof IMAGE_DRAFTERS;

export const IMAGE_VERIFIERS = {
  ...LOSSLESS,
  nearest: "tokens near in the codebook pass for one another, in at most this share of places",
  group: "tokens of one cell of the codebook pass for one another: cells 2, 4 or 8 levels wide for 1, 2 or 3",
  ...RELAXED,
} as const;

export type ImageVerifierName = keyof typeof IMAGE_VERIFIERS;
