export { block } from "./block.js";
export { identical } from "./identical.js";
export { rejection } from "./rejection.js";
