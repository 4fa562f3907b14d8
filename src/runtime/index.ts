export { type CacheShape, cacheBytes, createCache, type KeyValueCache } from "./cache.js";
export { type LanguageModelShape, TENSORS, type TensorNames } from "./contract.js";
export { type CostCurve, type MeasureOptions, measureCost, passCost } from "./cost.js";
export { DEVICES, openOn, type Placed } from "./device.js";
export { cacheFolder, checkFile, type ExpectedFile } from "./files.js";
export { languageModel, type Prefix } from "./language-model.js";
export {
  type Found,
  findModel,
  languageModelSchema,
  listModels,
  type Manifest,
  manifestSchema,
  modelFolders,
} from "./manifest.js";
export { type Device, type Graph, openSession, type SessionOptions } from "./ort.js";
export type { Lag } from "./pass-rows.js";
export { targetPart } from "./target-part.js";
export { cachedTimes } from "./times.js";
