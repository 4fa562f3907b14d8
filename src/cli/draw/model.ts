import { failure, kindOf } from "../../core/errors.js";
import type { ImageModel } from "../../image/types.js";
import type { DrawFlags } from "../flags.js";
import type { Host, ImageLibrary, Talk } from "../host.js";
import { checkModel, openModel } from "../model-choice.js";
import type { Recipe } from "./recipe.js";

/** @throws a usage error that names near ones for a model that is not there, before anything is loaded */
export const checkImageModel = (name: string | undefined, image: ImageLibrary) =>
  checkModel(name, {
    standard: image.DEFAULT_IMAGE_MODEL,
    list: image.listImageModels,
    find: image.findImageModel,
  });

/** The model that drew a picture. @throws a failure when it is not here, or is not what it was */
export function sameModel({ model, version }: Recipe, path: string, image: ImageLibrary): string {
  const where = `${path} was drawn by the model ${model} ${version}`;
  try {
    const here = image.findImageModel(model).manifest.version;
    if (here === version) return model;
    throw failure(
      `${where}, and here is ${here}, which draws otherwise: name a model with --model to draw it anyway`,
    );
  } catch (error) {
    if (kindOf(error) !== "usage") throw error;
    throw failure(`${where}, which is not here: name another with --model`, error);
  }
}

export const openImageModel = (
  name: string,
  flags: DrawFlags,
  image: ImageLibrary,
  host: Host,
  talk: Talk,
): Promise<ImageModel> => openModel(name, image.loadImageModel, flags, host, talk);
