// A blind test of films: unlabelled strips, ten near things and six motions to choose from, the key apart; then the score.
//   node blind.mjs film MODEL OUT [SEED]      sheets, candidates and key to OUT
//   node blind.mjs score OUT                  figures from OUT/answers.json
// (after npm run build; heldout.json beside this file is read). 24 (thing, motion) pairs that training never showed, in four styles, every second frame. The other
// nine things are of the thing's own category.
// answers.json: [[thing 0..9, motion 0..5], ...], a pair a strip, in the sheets' order.
import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { readHeldOut, sentence, stylesOf } from "../../../bench/video/prompts.mjs";
import { filmStrip, WHITE } from "../../../dist/files/index.js";
import { createNoise } from "../../../dist/index.js";
import { findVideoModel, generateVideo, loadVideoModel } from "../../../dist/video/index.js";
import { listed, readJson, readKey, shuffled, start, writeSheets } from "../common/blind.mjs";

const STRIPS = 24;
const A_SHEET = 6;
const THINGS = 10;
const MOTIONS = 6;
/** Strips with the same motion. */
const MOST_ALIKE = 2;

/** The wanted one among others, in any order. */
const among = (wanted, others, count, noise) =>
  shuffled([wanted, ...shuffled(others.filter((one) => one !== wanted), noise).slice(0, count - 1)], noise);

/** Held-out pairs whose things have enough others beside them, motions spread evenly. */
function choose({ words, pairs }, noise) {
  const category = Object.fromEntries(words.things.map((thing) => [thing.name, thing.category]));
  const beside = (thing) => Object.keys(category).filter((other) => category[other] === category[thing]);
  const motions = [...new Set(pairs.map(([, motion]) => motion))];
  const seen = {};
  const styles = stylesOf(words);
  return shuffled(pairs, noise)
    .filter(([thing]) => beside(thing).length >= THINGS)
    .filter(([, motion]) => {
      seen[motion] = (seen[motion] ?? 0) + 1;
      return seen[motion] <= MOST_ALIKE;
    })
    .slice(0, STRIPS)
    .map(([thing, motion], i) => ({
      thing,
      motion,
      style: styles[i % styles.length],
      prompt: sentence(words, thing, motion),
      things: among(thing, beside(thing), THINGS, noise),
      motions: among(motion, motions, MOTIONS, noise),
    }));
}

async function filmAll(path, out, seedText = "1") {
  const [folder, seed] = [resolve(path), Number(seedText)];
  mkdirSync(out, { recursive: true });
  const held = readHeldOut(findVideoModel(folder));
  const items = choose(held, createNoise(seed, 77));
  const model = await loadVideoModel(folder);
  const rows = [];
  for (const [stream, { prompt, style }] of items.entries()) {
    const { frames } = await generateVideo(prompt, { model, style, seed, stream });
    const shown = frames.filter((_, i) => i % 2 === 0).map((frame) => ({ ...frame, channels: 3 }));
    rows.push({ frames: shown, caption: String(stream + 1) });
  }
  await writeSheets(rows, A_SHEET, (some) => filmStrip(some, WHITE), `${out}/sheet`, 90);
  const said = (motion) => held.words.motions[motion][0];
  const lines = items.map(
    ({ things, motions }, i) => `${i + 1}: thing ${listed(things)}\n${i + 1}: motion ${listed(motions.map(said))}\n`,
  );
  writeFileSync(`${out}/candidates.txt`, lines.join("\n"));
  const key = items.map(({ things, motions, thing, motion, style }) => ({
    style,
    thing,
    motion,
    answer: [things.indexOf(thing), motions.indexOf(motion)],
  }));
  writeFileSync(`${out}/key.json`, `${JSON.stringify({ seed, key }, null, 1)}\n`);
}

function score(out) {
  const given = readJson(`${out}/answers.json`);
  const key = readKey(`${out}/key.json`, given, "strips");
  return ["thing", "motion"].map((name, part) => {
    const wrong = key.filter(({ answer }, i) => given[i][part] !== answer[part]);
    const right = key.length - wrong.length;
    const named = wrong.map(({ style, thing, motion }) => `${style} ${thing}, ${motion}`).join("; ") || "none";
    return `${name}: ${right} of ${key.length} right (${Math.round((100 * right) / key.length)} %); wrong: ${named}`;
  });
}

await start("film", filmAll, score);
