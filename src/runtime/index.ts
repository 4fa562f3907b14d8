export { type CacheShape, createCache, type KeyValueCache } from "./cache.js";
export { type CostCurve, cachedCost, measureCost, passCost } from "./cost.js";
export { DEVICES, openOn } from "./device.js";
export { cacheFolder, checkFile } from "./files.js";
export { type LanguageModelShape, languageModel } from "./language-model.js";
export {
  type Found,
  findModel,
  languageModelSchema,
  listModels,
  type Manifest,
  manifestSchema,
  modelFolders,
} from "./manifest.js";
export { type Device, openSession, type SessionOptions } from "./ort.js";
