export { block } from "./block.js";
export { group } from "./group.js";
export { identical } from "./identical.js";
export { lenient } from "./lenient.js";
export {
  isLossless,
  type Knob,
  knobs,
  LOSSLESS,
  type LosslessName,
  losslessVerifier,
  namedVerifier,
  RELAXED,
  type RelaxedName,
} from "./named.js";
export { type NearestOptions, nearest } from "./nearest.js";
export { rejection } from "./rejection.js";
export { agreement, type Deviation, type RelaxedOptions, relaxed, within } from "./relaxed.js";
export { type RollbackOptions, rollback } from "./rollback.js";
export { tolerance } from "./tolerance.js";
export { type TopkOptions, topk } from "./topk.js";
export { typical } from "./typical.js";
