// One answer, its prompt told apart from it: reading a prompt takes the same time whoever drafts.
import { createMeter } from "../../dist/core/index.js";
import { generate } from "../../dist/index.js";
import { textSetup } from "./setup.mjs";

/** @param how a setup, or what it is made of: `drafter`, `temperature`, ... */
export async function write(
  model,
  { prompt: text },
  { maxTokens, setup, index = 0, seed = 1, onRound: each, ...how },
) {
  const prompt = model.chat([{ role: "user", content: text }]);
  const { target, modality } = model;
  const meter = createMeter();
  const tokens = [];
  const onRound = (round) => {
    tokens.push(...round.tokens);
    each?.(round);
    // The first round reads the prompt.
    if (round.start > 0) meter.observe(round);
  };
  const options = { ...(setup ?? (await textSetup(model, how))), target, seed, stream: index, onRound };
  const began = performance.now();
  for await (const _ of generate(modality, { prompt: text, maxTokens }, options));
  return { tokens, prompt, metrics: meter.read(), wall: performance.now() - began };
}
