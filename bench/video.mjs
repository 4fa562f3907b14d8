// Films: how fast each drafter is, where in a clip its guesses stand, and how long a clip takes with its file.
import { findVideoModel, loadVideoModel } from "../dist/video/index.js";
import { heldOut } from "./video/prompts.mjs";
import { speedBench } from "./video/speed.mjs";

export async function videoBench({ model: name = "sprites", device, prompts: count, ...options }) {
  const prompts = heldOut(findVideoModel(name), count);
  const model = await loadVideoModel(name, { device, warn: console.error });
  return speedBench(model, { name, prompts, ...options });
}
