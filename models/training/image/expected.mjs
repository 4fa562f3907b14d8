// What the product's plan needs to know of Jacobi decoding: tokens a pass by draft length, over prompts that training
// showed, held-out pairs and moods in equal parts.
//   node expected.mjs MODEL      (after npm run build; MODEL/heldout.json is read) writes `expected` into MODEL/model.json
// Counts passes only: a busy machine gives the same figures.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { generateImage, loadImageModel } from "../../../dist/image/index.js";

const LENGTHS = [4, 8, 12, 16, 20, 24, 32];
const PROMPTS = 10;

const [folder] = process.argv.slice(2);
const model = await loadImageModel(resolve(folder));
const read = (name) => JSON.parse(readFileSync(join(folder, name), "utf8"));
const { A, M } = read("heldout.json");
const seen = Object.entries(read(model.manifest.words).captions).map(([caption, [style]]) => [style, caption]);
const every = (list, count) => list.filter((_, i) => i % Math.floor(list.length / count) === 0).slice(0, count);
const prompts = [seen, A, M].flatMap((list) => every(list, PROMPTS));
const expected = [];
for (const draftLength of LENGTHS) {
  let [tokens, passes] = [0, 0];
  for (const [style, prompt] of prompts) {
    const { report } = await generateImage(prompt, { model, style, seed: 1, draftLength });
    tokens += report.metrics.tokens;
    passes += report.metrics.passes;
  }
  expected.push([draftLength, Math.round((100 * tokens) / passes) / 100]);
  console.log(`draft length ${draftLength}: ${(tokens / passes).toFixed(2)} tokens a pass`);
}
const manifest = read("model.json");
writeFileSync(join(folder, "model.json"), `${JSON.stringify({ ...manifest, expected: { jacobi: expected } }, null, 1)}\n`);
