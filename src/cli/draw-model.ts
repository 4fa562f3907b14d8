import { failure, usage } from "../core/errors.js";
import { hint } from "../core/near.js";
import type { ImageModel } from "../image/model.js";
import type { Recipe } from "./draw-recipe.js";
import { kindOf, orAbort } from "./errors.js";
import type { DrawFlags } from "./flags.js";
import type { Host, ImageFloor, Talk } from "./host.js";
import { send } from "./output/raw.js";

/** @throws a usage error that names near ones for a model that is not there, before anything is loaded */
export function checkModel(model: string | undefined, image: ImageFloor): string {
  const name = model ?? image.DEFAULT_IMAGE_MODEL;
  const names = /[/\\]|^\./.test(name) ? [] : image.listImageModels();
  if (names.length && !names.includes(name)) {
    throw usage(
      `there is no model ${name}: ${hint(name, names)}choose one of ${names.join(", ")}, or give a folder, such as ./${name}`,
    );
  }
  image.findImageModel(name);
  return name;
}

/** The model that drew a picture. @throws a failure when it is not here, or is not what it was */
export function sameModel({ model, version }: Recipe, path: string, image: ImageFloor): string {
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

export function openModel(
  name: string,
  { device }: DrawFlags,
  image: ImageFloor,
  { signal }: Host,
  talk: Talk,
): Promise<ImageModel> {
  const warn = (line: string) => talk.note(`foretoken: ${line}`);
  return orAbort(image.loadImageModel(name, { device, warn }), signal);
}

/** The names on standard output, shorter ones behind them. */
export async function listStyles(flags: DrawFlags, host: Host, talk: Talk): Promise<void> {
  const image = await host.image();
  const model = await openModel(checkModel(flags.model, image), flags, image, host, talk);
  const { styles: named } = model.manifest;
  const width = Math.max(...model.styles.map((name) => name.length));
  const lines = model.styles.map((name) => {
    const short = Object.entries(named?.aliases ?? {}).flatMap(([alias, style]) =>
      style === name ? [alias] : [],
    );
    const remarks = [
      ...(short.length ? [`also ${short.join(", ")}`] : []),
      ...(name === (named?.default ?? model.styles[0]) ? ["the default"] : []),
    ];
    return `${name.padEnd(width)}  ${remarks.join("; ")}`.trimEnd();
  });
  await send(host.stdout, Buffer.from(`${lines.join("\n")}\n`), "standard output");
}
