// A blind test of pictures: unlabelled sheets and ten candidates a picture, the key apart; then the score.
//   node blind.mjs draw MODEL HELDOUT.json OUT [SEED]      sheets, candidates and keys of both tests to OUT
//   node blind.mjs score OUT                               figures from OUT/answers.json
// (after npm run build). Test A: 96 (style, caption) pairs never shown in training; the other nine candidates are captions of
// the same set. Test free: ten colour + thing prompts that are no caption, in four styles; the candidates are the ten.
// answers.json: { "A": [[choice 0..9, clearly 0 or 1], ...], "free": [...] }, a pair a picture, in the sheets' order.
import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { contactSheet, WHITE } from "../../../dist/files/index.js";
import { createNoise } from "../../../dist/index.js";
import { generateImage, loadImageModel } from "../../../dist/image/index.js";
import { listed, readJson, readKey, shuffled, start, writeSheets } from "../common/blind.mjs";

const PAIRS = 96;
const A_SHEET = 24;
const FREE = [
  "blue apple",
  "purple dog",
  "pink elephant",
  "green horse",
  "blue strawberry",
  "orange fish",
  "purple banana",
  "red rabbit",
  "green cat",
  "pink car",
];
const STYLES = ["twemoji", "fluent-emoji", "noto", "fluent-emoji-flat"];

/** Draws the pictures of [style, caption, candidates], writes sheets, candidates and key. */
async function test(name, items, model, out, seed) {
  const entries = [];
  for (const [i, [style, caption]] of items.entries()) {
    const image = await generateImage(caption, { model, style, seed, stream: i });
    entries.push({ raster: { ...image, channels: 3 }, caption: String(i + 1) });
  }
  await writeSheets(entries, A_SHEET, (some) => contactSheet(some, WHITE), `${out}/${name}`, 85);
  const lines = items.map(([, , candidates], i) => `${i + 1}: ${listed(candidates)}`);
  writeFileSync(`${out}/${name}-candidates.txt`, `${lines.join("\n")}\n`);
  const key = items.map(([style, caption, candidates]) => ({ style, caption, answer: candidates.indexOf(caption) }));
  writeFileSync(`${out}/${name}-key.json`, JSON.stringify({ seed, key }, null, 1));
}

async function drawAll(modelPath, heldout, out, seedText = "1") {
  const seed = Number(seedText);
  mkdirSync(out, { recursive: true });
  const model = await loadImageModel(resolve(modelPath));
  const noise = createNoise(seed, 77);
  const pairs = shuffled(readJson(heldout).A, noise).slice(0, PAIRS);
  const captions = [...new Set(pairs.map(([, caption]) => caption))];
  const withOthers = ([style, caption]) => {
    const others = shuffled(captions.filter((other) => other !== caption), noise).slice(0, 9);
    return [style, caption, shuffled([caption, ...others], noise)];
  };
  await test("A", pairs.map(withOthers), model, out, seed);
  const free = STYLES.flatMap((style) => FREE.map((caption) => [style, caption, FREE]));
  await test("free", shuffled(free, noise), model, out, seed);
}

function score(out) {
  return Object.entries(readJson(`${out}/answers.json`)).map(([name, given]) => {
    const key = readKey(`${out}/${name}-key.json`, given, `pictures of ${name}`);
    const right = key.filter(({ answer }, i) => given[i][0] === answer).length;
    const clearly = key.filter(({ answer }, i) => given[i][0] === answer && given[i][1]).length;
    const wrong = key.flatMap(({ answer, caption, style }, i) => (given[i][0] === answer ? [] : [`${style} ${caption}`]));
    return `${name}: ${right} of ${key.length} right, ${clearly} clearly; wrong: ${wrong.join(", ") || "none"}`;
  });
}

await start("draw", drawAll, score);
