import { readFileSync } from "node:fs";
import { join } from "node:path";
import { recallingTarget, videoSetup } from "../../dist/video/index.js";
import { timed } from "../contest.mjs";

/** The style in which things move by themselves, whatever else is said. */
const ANIMATED = "animated";
const PROMPTS = 8;

/** `count` of a list, evenly spread over it. */
export const spread = (list, count) =>
  Array.from({ length: Math.min(count, list.length) }, (_, i) => list[Math.floor((i * list.length) / count)]);

const HELD_OUT = new URL("../../models/training/video/heldout.json", import.meta.url);

/** A model's words, and the (thing, motion) pairs that training never showed, in any style or colour. */
export function readHeldOut({ folder, manifest }) {
  const read = (path) => JSON.parse(readFileSync(path, "utf8"));
  return { words: read(join(folder, manifest.words)), pairs: read(HELD_OUT).pairs };
}

/** What is said of a thing that moves. */
export const sentence = ({ motions }, thing, motion) => `a ${thing} ${motions[motion][0]}`;

/** The styles in which anything can be filmed. */
export const stylesOf = ({ styles }) => Object.keys(styles).filter((style) => style !== ANIMATED);

/** Prompts of held-out pairs, in all styles by turns; every other one says a ground, too. */
export function heldOut(found, count = PROMPTS) {
  const { words, pairs } = readHeldOut(found);
  const styles = stylesOf(words);
  const grounds = found.manifest.backgrounds.names;
  return spread(pairs, Number(count)).map(([thing, motion], i) => ({
    text: sentence(words, thing, motion) + (i % 2 ? ` on ${grounds[i % grounds.length]}` : ""),
    style: styles[i % styles.length],
  }));
}

/** What the loop needs besides a prompt. `recall`: how much the store is believed, the model's own share if left out. */
export const setUp = async (model, { recall, ...options }) => ({
  ...(await videoSetup(model, options)),
  recall,
});

/** Films a prompt: tokens, figures, and of every round where it began, its guesses and its tokens. */
export async function film(model, { text, style }, { recall, ...setup }, { seed, stream }) {
  const prompt = model.read(text, style);
  const target = recallingTarget(model, prompt, recall);
  const rounds = [];
  const run = await timed(model.modality, { prompt }, { ...setup, target, seed, stream }, (filming) => {
    const { start, guesses, tokens } = filming;
    rounds.push({ start, drafted: guesses.length, tokens: tokens.length - start });
  });
  return { ...run, rounds };
}
