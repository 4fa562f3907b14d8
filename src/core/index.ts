export * from "./decode.js";
export * from "./distribution.js";
export * from "./errors.js";
export * from "./metrics.js";
export * from "./noise.js";
export * from "./plan.js";
export * from "./sampling.js";
export * from "./tree.js";
export type * from "./types.js";
