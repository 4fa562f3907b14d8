export { type UnitDecoder, type UnitStream, unitDecoder } from "./decoder.js";
export { follow } from "./drafter.js";
export { normalize } from "./frontend/normalize.js";
export { phonemes } from "./frontend/phonemes.js";
export { paragraphs, sentences } from "./frontend/sentences.js";
export { type SpeechManifest, speechManifestSchema } from "./manifest.js";
export { type SpeechEncoded, type SpeechParts, speech, unitRules } from "./modality.js";
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
export {
  DEFAULT_VOICE,
  findVoice,
  listVoices,
  loadVoice,
  SPEECH_DRAFTERS,
  type SpeechDrafterName,
  type Voice,
  type VoiceOptions,
} from "./voice.js";
