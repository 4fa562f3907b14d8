import { LOSSLESS, RELAXED } from "../verifiers/named.js";

/** Plain names, free of models: a command line can list them without loading any. */

export const DEFAULT_TEXT_MODEL = "smollm2";

export const TEXT_DRAFTERS = {
  auto: "suffix, ngrams and recycling together, the surest guess token by token",
  lookup: "what followed the same tokens before, in the prompt or the answer",
  suffix: "what mostly followed the longest match, in prompt, answer and earlier answers",
  eagle: "a small network that sees what the model made of each word",
  medusa: "several places at once from what the model made of its last word",
  block: "a block of places at once, by a network that sees what the model made of all words before",
  specdec: "the same by one that sees what the model made of the prompt only",
  skip: "the model itself, without some of its layers",
  exit: "the model's first layers, with an exit behind them",
  pass: "learned tokens that the model reads behind the draft: what it says there",
  ngrams: "what the model usually says behind its last tokens, from a table that comes with it",
  spans: "spans of given documents, or of the prompt itself",
  rest: "what followed in a datastore of texts",
  recycling: "the model's own next-best tokens of earlier passes, as a tree",
  osd: "what a network that learns from every answer thinks likeliest, and counts",
  lookahead: "n-grams from a window of guesses that is refined each pass",
  model: "a small language model of the same tokens",
  specinfer: "two small models, one of them right where the other is wrong, as one tree",
  cascade: "the small model, with a cheap drafter that drafts for it",
  none: "no guesses",
} as const;

export type TextDrafterName = keyof typeof TEXT_DRAFTERS;

export const TEXT_VERIFIERS = { ...LOSSLESS, ...RELAXED };

export type TextVerifierName = keyof typeof TEXT_VERIFIERS;

/** The model's own form, and the one that it was made from. */
export const TEXT_WEIGHTS = ["8-bit", "float32"] as const;

export type TextWeights = (typeof TEXT_WEIGHTS)[number];

/** Room that is left for an answer whose length nobody limits. */
export const ANSWER_ROOM = 512;

/** Most guesses a pass. */
export const LONGEST_DRAFT = 64;
