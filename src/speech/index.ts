export type { Speculation, SpeculationOptions } from "../medium/speculation.js";
export { type UnitDecoder, type UnitStream, unitDecoder } from "./decoder.js";
export { follow, guessed } from "./drafter.js";
export type { PhoneStates } from "./follow-step.js";
export { normalize } from "./frontend/normalize.js";
export { phonemes, prepare } from "./frontend/phonemes.js";
export { paragraphs, sentences } from "./frontend/sentences.js";
export { type SpeechManifest, speechManifestSchema } from "./manifest.js";
export { type SpeechEncoded, type SpeechParts, type SpeechPrompt, speech, unitRules } from "./modality.js";
export { DEFAULT_VOICE, SPEECH_DRAFTERS, type SpeechDrafterName } from "./names.js";
export { createReader, type Reader } from "./reader.js";
export {
  concat,
  type PlannedSentence,
  plannedSentences,
  type SentenceReport,
  type Sound,
  type SpeakOptions,
  type SpeechSetup,
  speak,
  speechSetup,
} from "./speak.js";
export { timeStretch } from "./stretch.js";
export type { Phones } from "./symbols.js";
export { findVoice, listVoices, loadVoice, type Voice, type VoiceOptions } from "./voice.js";
