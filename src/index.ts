export * from "./core/index.js";
export * from "./generate.js";
export { type SentenceReport, type Sound, type SpeakOptions, speak } from "./speech/speak.js";
export { listVoices, loadVoice, type Voice } from "./speech/voice.js";
export * from "./verifiers/index.js";
