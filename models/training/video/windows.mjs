// What the product's plan needs to know of Jacobi decoding whose window follows what stood: rows and tokens a pass, by
// factor and margin, over prompts as training showed them. Besides, what pieces, the plan's guess and the memory are
// worth.
//   node windows.mjs MODEL [PROMPTS]      writes `windows` into MODEL/model.json
// (after npm run build; MODEL/heldout.json is read). Counts passes only: a busy machine gives the same figures.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PARTS, tokensByFrame, tokensByPart } from "../../../bench/video/frames.mjs";
import { film, readHeldOut, sentence, setUp, spread, stylesOf } from "../../../bench/video/prompts.mjs";
import { follow } from "../../../dist/index.js";
import { findVideoModel, loadVideoModel } from "../../../dist/video/index.js";

/** Fixed ones, for machines on which rows are dear. Longer ones do as well over easy prompts, and worse over hard ones. */
const FIXED = [4, 8, 16, 24].map((margin) => [0, margin]);
const FOLLOWING = [0.75, 1, 1.25, 1.5, 2].flatMap((factor) => [8, 16, 32].map((margin) => [factor, margin]));
/** What a row more costs, in passes of a single row, from many cores to few. */
const PRICES = [0, 0.002, 0.005, 0.01, 0.02, 0.03, 0.045, 0.06, 0.08, 0.11, 0.15];
/** Every window sees so many prompts first; those that come near the best at some price see all of them. */
const FIRST = 4;
const NEAR = 0.97;
/** The window with which parts of the drafter are switched off. */
const USUAL = [1.25, 16];

/** Things with motions that were not held out, some that meet, some animations; all styles, every other on a ground. */
function trainingPrompts({ words, pairs }, { backgrounds }, count) {
  const heldOut = new Set(pairs.map((pair) => pair.join()));
  const motions = [...new Set(pairs.map(([, motion]) => motion))];
  const styles = stylesOf(words);
  const things = spread(words.things, count).map(({ name }) => name);
  return things.map((thing, i) => {
    if (i % 12 === 5) return { text: `a ${thing} meets a ${things[i - 1]}`, style: styles[i % styles.length] };
    if (i % 12 === 11) return { text: spread(words.animations, count)[i], style: "animated" };
    const turned = motions.map((_, k) => motions[(i + k) % motions.length]);
    const motion = turned.find((one) => !heldOut.has([thing, one].join()));
    const ground = i % 2 ? ` on ${backgrounds.names[i % backgrounds.names.length]}` : "";
    return { text: sentence(words, thing, motion) + ground, style: styles[i % styles.length] };
  });
}

/** A plan that keeps to one window, whatever it brings. */
const keepTo = ([factor, margin]) =>
  follow({ cost: () => 1, windows: [{ factor, margin, rows: 1, tokens: Number.POSITIVE_INFINITY }] });

/** Rounds of all prompts under a window. */
async function filmAll(model, prompts, window, recall) {
  // The length only keeps the model's own plan, which measures passes, out of this.
  const setup = { ...(await setUp(model, { drafter: "jacobi", draftLength: 1, recall })), plan: keepTo(window) };
  const clips = [];
  for (const [stream, prompt] of prompts.entries())
    clips.push((await film(model, prompt, setup, { seed: 1, stream })).rounds);
  return clips;
}

const rounded = (value) => Math.round(100 * value) / 100;

async function measure(model, prompts, [factor, margin]) {
  const rounds = (await filmAll(model, prompts, [factor, margin])).flat();
  const mean = (of) => rounded(rounds.reduce((sum, round) => sum + of(round), 0) / rounds.length);
  const window = { factor, margin, rows: mean(({ drafted }) => 1 + drafted), tokens: mean(({ tokens }) => tokens) };
  console.log(`${factor} x what stood + ${margin}: ${window.rows} rows, ${window.tokens} tokens a pass`);
  return window;
}

/** Windows that bring the most tokens in a time, or nearly, wherever a row costs one of the prices. */
function best(windows, share = 1) {
  const rate = ({ rows, tokens }, price) => tokens / (1 + price * rows);
  return windows.filter((own) =>
    PRICES.some((price) => rate(own, price) >= share * Math.max(...windows.map((one) => rate(one, price)))),
  );
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

async function partsSwitchedOff(model, prompts) {
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
    const clips = await filmAll(changed, prompts, USUAL, recall);
    const byPart = tokensByPart(tokensByFrame(clips, model.layout), model.layout);
    const all = (clips.length * model.layout.length) / clips.flat().length;
    console.log(`${name}: ${[all, ...byPart].map((tokens) => tokens.toFixed(2)).join(", ")}`);
  }
}

const [path, count = "24"] = process.argv.slice(2);
const folder = resolve(path);
const found = findVideoModel(folder);
const model = await loadVideoModel(folder);
const prompts = trainingPrompts(readHeldOut(found), model.manifest, Number(count));
console.log(prompts.map(({ text }) => text).join("; "));
const few = [];
for (const window of [...FIXED, ...FOLLOWING]) few.push(await measure(model, spread(prompts, FIRST), window));
const windows = [];
for (const { factor, margin } of best(few, NEAR)) windows.push(await measure(model, prompts, [factor, margin]));
const manifest = JSON.parse(readFileSync(join(folder, "model.json"), "utf8"));
const kept = best(windows).sort((a, b) => a.rows - b.rows);
writeFileSync(join(folder, "model.json"), `${JSON.stringify({ ...manifest, windows: kept }, null, 1)}\n`);
await partsSwitchedOff(model, prompts);
