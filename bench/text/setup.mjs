import { setUp } from "../../dist/medium/setup.js";

/** Most guesses a pass. */
export const LONGEST = 16;

export const textSetup = (model, { drafter, draftLength, temperature, verifier }) =>
  setUp(model, { drafter, draftLength, verifier, sampling: { temperature } }, LONGEST);
