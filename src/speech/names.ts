/** The voice that speaks when none is named. */
export const DEFAULT_VOICE = "joe";

/** Drafters a voice can speak with, and what they do; `none` is plain decoding. */
export const SPEECH_DRAFTERS = {
  follow: "follows the voice through the text",
  reference: "a whole guess made beforehand",
  model: "a small language model",
  heads: "heads on the target model",
  jacobi: "refines a window of guesses",
  lookup: "repeats what was said before",
  none: "no guesses",
} as const;

export type SpeechDrafterName = keyof typeof SPEECH_DRAFTERS;
