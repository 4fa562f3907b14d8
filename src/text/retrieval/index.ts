export { bm25 } from "./bm25.js";
export type { Passage, Retriever, SearchOptions } from "./passages.js";
export type { RetrievalFigures } from "./speculate.js";
export {
  type RetrievalOptions,
  type RetrievalPiece,
  type RetrievalWriter,
  retrievalWriter,
} from "./writer.js";
