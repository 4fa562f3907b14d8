export { type UnitDecoder, type UnitStream, unitDecoder } from "./decoder.js";
export { follow, guessed } from "./drafter.js";
export { normalize } from "./frontend/normalize.js";
export { phonemes, prepare } from "./frontend/phonemes.js";
export { paragraphs, sentences } from "./frontend/sentences.js";
export { type SpeechManifest, speechManifestSchema } from "./manifest.js";
export { type SpeechEncoded, type SpeechParts, speech, unitRules } from "./modality.js";
export { DEFAULT_VOICE, SPEECH_DRAFTERS, type SpeechDrafterName } from "./names.js";
export { createReader, type Reader } from "./reader.js";
export {
  concat,
  plannedSentences,
  type SentenceReport,
  type Sound,
  type SpeakOptions,
  type SpeechSetup,
  speak,
  speechSetup,
} from "./speak.js";
export { timeStretch } from "./stretch.js";
export { findVoice, listVoices, loadVoice, type Voice, type VoiceOptions } from "./voice.js";
