export { assert, type Check, enumerate, samplingFloor, totalVariation } from "./check.js";
export { type DrafterCheckOptions, drafterChecks } from "./drafter.js";
export { type ModalityCheckOptions, modalityChecks } from "./modality.js";
export { type SessionCheckOptions, sessionChecks } from "./session.js";
export { TOY_HEADS, type Toy, type ToyOptions, toyModel } from "./toy.js";
export { divergence, draftKinds, type VerifierCheckOptions, verifierChecks } from "./verifier.js";
