import { setUp } from "../../dist/medium/setup.js";
import { passCost } from "../../dist/runtime/index.js";
import { passTimes } from "../machine.mjs";

/** Most guesses a pass. */
export const LONGEST = 16;
/** Rows of the passes to be timed; no pass has one row. */
const PASSES = [2, 3, 5, 9, 17];

/** The temperatures to measure at: the one that was asked for, or those of all text benches. */
export const temperaturesOf = ({ temperature }) =>
  temperature === undefined ? [0, 0.7] : [Number(temperature)];

/** Milliseconds of passes, by rows, and what any pass costs by them: one of one row has two. */
export async function costCurve(target) {
  const measured = await passTimes(target, { sizes: PASSES, repeats: 15 });
  return { measured, cost: passCost([[1, measured[0][1]], ...measured]) };
}

export const textSetup = (model, { drafter, draftLength, temperature, verifier }) =>
  setUp(model, { drafter, draftLength, verifier, sampling: { temperature } }, LONGEST);
