export * from "./adjusted.js";
export * from "./function.js";
export * from "./guided.js";
