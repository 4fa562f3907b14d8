export * from "./adjusted.js";
export * from "./function.js";
export * from "./guided.js";
export * from "./prefix-cached.js";
