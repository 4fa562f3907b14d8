export { assert, type Check, enumerate, samplingFloor, totalVariation } from "./check.js";
export { type Divergence, type DivergenceOptions, divergence } from "./divergence.js";
export { type DraftKind, draftKinds } from "./draft-kinds.js";
export { type CreateDrafter, type DrafterCheckOptions, drafterChecks } from "./drafter.js";
export { type MakeSettings, type MediumUnderTest, mediumChecks } from "./medium.js";
export { type ModalityCheckOptions, modalityChecks } from "./modality.js";
export { planChecks } from "./plan.js";
export {
  COSTS,
  CURVES,
  type Jump,
  jumpFigures,
  type MakePlan,
  type PlanCase,
  type PlanFigures,
  planFigures,
} from "./plan-cases.js";
export { sessionChecks } from "./session.js";
export type { SessionCheckOptions } from "./session-record.js";
export { TOY_HEADS, type Toy, type ToyOptions, toyModel } from "./toy.js";
export { type VerifierCheckOptions, verifierChecks } from "./verifier.js";
