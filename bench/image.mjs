// Pictures: how fast each drafter is, what relaxed verifiers cost and bring, and a picture of the latter.
import { loadImageModel } from "../dist/image/index.js";
import { knobPicture } from "./image/knobs.mjs";
import { relaxedBench } from "./image/relaxed.mjs";
import { speedBench } from "./image/speed.mjs";

export async function imageBench({ model: name, device, picture, ...options }) {
  const model = await loadImageModel(name, { device, warn: console.error });
  const { relaxed } = options;
  if (picture !== undefined) await knobPicture(model, picture, options);
  if (relaxed) return relaxedBench(model, options);
  if (picture === undefined) return speedBench(model, options);
}
