// A stored answer as a target: what a drafter proposes and what stands is what it would be, without a pass. Rows are there behind
// tokens of the answer only: drafters that learn from wrong guesses, too, learn a little less here.
import { createMeter, decode } from "../../dist/core/index.js";
import { fixedLength } from "../../dist/plans/index.js";
import { functionModel } from "../../dist/targets/index.js";
import { identical } from "../../dist/verifiers/index.js";

/** Guesses a pass. */
export const LENGTH = 3;

/** Figures of one answer: those of `createMeter`, and the milliseconds of drafting a pass and of learning behind the end. */
export async function replay({ prompt, tokens, rows }, drafter, vocabularySize) {
  const row = new Float32Array(vocabularySize).fill(Number.NEGATIVE_INFINITY);
  let filled = [];
  const rowBehind = (all) => {
    const output = all.slice(prompt.length);
    if (output.length >= tokens.length || output.some((token, i) => token !== tokens[i]))
      throw new Error("there is no row behind a wrong guess");
    for (const token of filled) row[token] = Number.NEGATIVE_INFINITY;
    const [kept, logits] = rows[output.length];
    kept.forEach((token, i) => {
      row[token] = logits[i];
    });
    filled = kept;
    return row;
  };
  const target = {
    ...functionModel(rowBehind, { vocabularySize, contextLength: prompt.length + tokens.length }),
    // As the model that ships is under identical output.
    exact: "chain",
  };
  const meter = createMeter();
  let learning = 0;
  const timed = {
    ...drafter,
    async start(setup) {
      const drafting = await drafter.start(setup);
      return {
        ...drafting,
        async close() {
          const began = performance.now();
          await drafting.close?.();
          learning = performance.now() - began;
        },
      };
    },
  };
  const output = [];
  for await (const round of decode({
    target,
    drafter: timed,
    encoded: { tokens: prompt },
    verifier: identical(),
    plan: fixedLength(LENGTH),
    sampling: { temperature: 0 },
  })) {
    meter.observe(round);
    output.push(...round.tokens);
  }
  if (output.join() !== tokens.join())
    throw new Error(`${drafter.name} gave other tokens than plain decoding`);
  return { ...meter.read(), learning };
}
