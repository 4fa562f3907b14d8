export { aligned } from "./aligned.js";
export { type CascadeOptions, cascade } from "./cascade.js";
export { branches, firstNonEmpty, longest } from "./combine.js";
export { type CopyOptions, copy } from "./copy.js";
export { buildDatastore, type Datastore } from "./datastore.js";
export { type EagleOptions, eagle } from "./eagle.js";
export type { FeatureHead, FeatureHeadSession, FeatureOptions, HeadScores } from "./feature-head.js";
export { given } from "./given.js";
export { type GridLookupOptions, gridLookup } from "./grid-lookup.js";
export type { Grown } from "./grow.js";
export { type HeadsOptions, heads } from "./heads.js";
export { type JacobiOptions, jacobi } from "./jacobi.js";
export { type LookAheadOptions, lookAheadTokens } from "./look-ahead-tokens.js";
export { type LookaheadOptions, lookahead } from "./lookahead.js";
export { type LookupOptions, lookup } from "./lookup.js";
export { type ModelDrafterOptions, model } from "./model.js";
export { type NgramTable, ngrams } from "./ngrams.js";
export { none } from "./none.js";
export { type OsdOptions, osd } from "./osd.js";
export { type ParallelOptions, parallel, staticTree } from "./parallel.js";
export {
  type Likely,
  mixture,
  type OpenPredictors,
  type Prediction,
  type PredictiveDrafter,
  type Predictor,
  predictive,
} from "./predict.js";
export { type RecyclingDrafter, type RecyclingOptions, recycling } from "./recycling.js";
export { type ReferenceOptions, reference } from "./reference.js";
export { type RestOptions, rest } from "./rest.js";
export { selfSpeculative, type TargetPart } from "./self-speculative.js";
export { type SpansOptions, spans } from "./spans.js";
export type { KnownSuccessors } from "./successors.js";
export { type SuffixOptions, suffix } from "./suffix.js";
export { surest } from "./surest.js";
