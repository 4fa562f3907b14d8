import type { Drafter, Model } from "../core/types.js";
import { openSmall } from "./small.js";

export interface ModelDrafterOptions {
  /**
   * Stops once the product of its likeliest tokens' chances (at temperature 0: those at temperature 1) falls below this, or below what the plan finds worth a row: each
   * guess costs a pass of the small model. The stop comes before a draw, and never before the first.
   */
  readonly minConfidence?: number;
}

/** What a small model's guesses must be worth unless it is told. */
export const MIN_CONFIDENCE = 0.2;

/**
 * A small model of the same tokens drafts one token a pass of its own (Leviathan et al. 2023). Its vocabulary may be a
 * smaller one, the first tokens of the target's; nothing is proposed once the output holds a token that it lacks, or once
 * the sequence is longer than its context.
 *
 * @throws a usage error at the start when the small model has more tokens than the target
 *
 * @example
 * const drafter = model(await languageModel(session, shape), { minConfidence: 0.3 });
 */
export const model = (
  small: Model,
  { minConfidence = MIN_CONFIDENCE }: ModelDrafterOptions = {},
): Drafter => ({
  name: "model",
  start: (setup) => openSmall(small, setup, { who: "model", minConfidence }),
});
