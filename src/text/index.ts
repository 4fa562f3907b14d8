export type { Speculation, SpeculationOptions } from "../medium/speculation.js";
export { type BatchOptions, type BatchProgress, writeAll } from "./batch.js";
export { type Chat, type ChatParts, createChat, type Message } from "./chat.js";
export { buildTextDatastore, type DatastoreOptions, type TextDatastore } from "./datastore.js";
export { openDatastore, writeDatastore } from "./datastore-file.js";
export { readDocuments } from "./documents.js";
export type { DrafterParts } from "./drafters.js";
export { answerRules, type EndOptions } from "./ends.js";
export { checkFormat, createFormats, type FormatParts, type TextFormat } from "./format.js";
export { logprobsOf, type TokenChance, type TokenLogprobs } from "./logprobs.js";
export { findTextModel, listTextModels, type TextManifest, textManifestSchema } from "./manifest.js";
export { type TextEncoded, type TextParts, type TextPiece, type TextRequest, text } from "./modality.js";
export { loadText } from "./model.js";
export {
  DEFAULT_TEXT_MODEL,
  TEXT_DRAFTERS,
  TEXT_VERIFIERS,
  TEXT_WEIGHTS,
  type TextDrafterName,
  type TextVerifierName,
  type TextWeights,
} from "./names.js";
export type { PromptSettings, TextPrompt } from "./prompt.js";
export { readPrompts, type TextRecord } from "./records.js";
export {
  bm25,
  type Passage,
  type RetrievalFigures,
  type RetrievalOptions,
  type RetrievalPiece,
  type RetrievalWriter,
  type Retriever,
  retrievalWriter,
  type SearchOptions,
} from "./retrieval/index.js";
export {
  choiceRules,
  type JsonOptions,
  jsonRules,
  readVocabulary,
  regexRules,
  type Spaces,
  schemaRules,
  type Trie,
  type Vocabulary,
  type VocabularyOptions,
} from "./rules/index.js";
export { createStops, type FoundStop, type StopState, type Stops } from "./stops.js";
export { type TextStream, textStream } from "./stream.js";
export {
  type NamedTokenizer,
  readTokenizer,
  type SpecialTokens,
  sameVocabulary,
  type TextTokenizer,
} from "./tokenizer.js";
export type { TextModel, TextModelOptions, WriteOptions, Written } from "./types.js";
export { type VocabularyId, vocabularyOf } from "./vocabulary.js";
export { generateText, generateTexts, type WrittenText, write } from "./write.js";
