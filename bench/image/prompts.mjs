import { readFileSync } from "node:fs";
import { imageSetup } from "../../dist/image/index.js";
import { timed } from "../contest.mjs";

/** The first `count` held-out captions, each with the style it was held out in. */
export function heldOut(count) {
  const lines = readFileSync(new URL("../image-prompts.txt", import.meta.url), "utf8")
    .trim()
    .split("\n");
  return lines.slice(0, count).map((line) => {
    const [style, caption] = line.split("\t");
    return { style, caption };
  });
}

/** What the loop needs besides a prompt; without guidance it does not depend on one. */
export const setUp = (model, options) => imageSetup(model, options, { unconditional: [] });

/** Draws a prompt: tokens, figures, and the last state of the picture. */
export async function draw(model, { style, caption }, setup, { seed, stream }) {
  const prompt = model.read(caption, style);
  let drawing;
  const run = await timed(model.modality, { prompt }, { ...setup, seed, stream }, (state) => {
    drawing = state;
  });
  return { ...run, drawing };
}
