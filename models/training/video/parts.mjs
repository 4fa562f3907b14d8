// What pieces, the plan's guess and the memory are worth: tokens a pass over prompts as training showed them, with parts of
// the drafter switched off.
//   node parts.mjs MODEL [PROMPTS]      (after npm run build; heldout.json beside this file is read)
// Counts passes only, with drafts of one length: a busy machine gives the same figures.
import { resolve } from "node:path";
import { PARTS, tokensByFrame, tokensByPart } from "../../../bench/video/frames.mjs";
import { film, setUp } from "../../../bench/video/prompts.mjs";
import { findVideoModel, loadVideoModel } from "../../../dist/video/index.js";
import { trainingPrompts } from "./prompts.mjs";

const LENGTH = 64;

/** Rounds of all prompts. */
async function filmAll(model, prompts, recall) {
  const setup = await setUp(model, { drafter: "jacobi", draftLength: LENGTH, recall });
  const clips = [];
  for (const [stream, prompt] of prompts.entries())
    clips.push((await film(model, prompt, setup, { seed: 1, stream })).rounds);
  return clips;
}

/** A model whose prompts lack some of what drafters may use. */
const without = (model, ...fields) => ({
  ...model,
  modality: {
    ...model.modality,
    encode: async (prompt) => ({
      ...(await model.modality.encode(prompt)),
      ...Object.fromEntries(fields.map((field) => [field, undefined])),
    }),
  },
});

const [path, count = "24"] = process.argv.slice(2);
const folder = resolve(path);
const model = await loadVideoModel(folder);
const prompts = trainingPrompts(findVideoModel(folder), Number(count));
console.log(prompts.map(({ text }) => text).join("; "));
const ways = [
  ["everything", model],
  ["no pieces", without(model, "pieces")],
  ["no guess of the plan", without(model, "reference")],
  ["neither", without(model, "pieces", "reference")],
  ["everything, another target: no memory", model, 0],
  ["no pieces, no memory", without(model, "pieces"), 0],
];
console.log(`tokens a pass: all; ${PARTS.map(([name]) => name).join(", ")}`);
for (const [name, changed, recall] of ways) {
  const clips = await filmAll(changed, prompts, recall);
  const byPart = tokensByPart(tokensByFrame(clips, model.layout), model.layout);
  const all = (clips.length * model.layout.length) / clips.flat().length;
  console.log(`${name}: ${[all, ...byPart].map((tokens) => tokens.toFixed(2)).join(", ")}`);
}
