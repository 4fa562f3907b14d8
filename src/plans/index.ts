export * from "./adaptive.js";
export type { KnownEarnings } from "./earnings.js";
export * from "./fixed.js";
