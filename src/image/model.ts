import { readFileSync } from "node:fs";
import { usage } from "../core/errors.js";
import type { Drafter, Token } from "../core/types.js";
import * as drafters from "../drafters/index.js";
import type { Pixels } from "../files/pictures/pixels.js";
import { type PictureSource, readPicture } from "../files/pictures/read.js";
import { type OpenedParts, openMedium } from "../medium/open.js";
import { bytes, callOne, floats, numbers } from "../runtime/tensors.js";
import { changeRandomly, drawWith, keepFirst } from "./drawing.js";
import { findImageModel, type ImageManifest, wordsSchema } from "./manifest.js";
import { type ImageEncoded, image } from "./modality.js";
import { DEFAULT_IMAGE_MODEL, type ImageDrafterName } from "./names.js";
import { checkTokens, ImageTokens } from "./tokens.js";
import type { ImageModel, ImageModelOptions } from "./types.js";
import { imageVerifier } from "./verifiers.js";
import { createReader } from "./words.js";

/** @throws usage errors for an unknown model, failures that name a wrong or torn file. */
export async function loadImageModel(
  nameOrPath: string = DEFAULT_IMAGE_MODEL,
  options: ImageModelOptions = {},
): Promise<ImageModel> {
  const found = findImageModel(nameOrPath);
  const { file, graph, ...opened } = await openMedium(found, { ...options, maxDepth: 32, drafters: makers });
  const { manifest } = opened;
  const { grid, picture } = manifest;
  const words = createReader(
    wordsSchema.parse(JSON.parse(readFileSync(file(manifest.words), "utf8"))),
    manifest,
  );
  const paint = async (tokens: readonly Token[]): Promise<Pixels> => {
    const painted = await callOne(await graph(manifest.decoder.graph), tokens, [1, grid.rows, grid.columns]);
    return { data: bytes(painted), ...picture };
  };
  // Opened while the first tokens are drawn.
  void graph(manifest.decoder.graph).catch(() => {});

  const known = async (picture: PictureSource | ImageTokens) =>
    isTokens(picture) ? ImageTokens.check(picture, manifest) : (await model.encode(picture)).tokens;

  const model: ImageModel = {
    ...words,
    ...opened,
    modality: image({ manifest, paint }),
    tokens: (prompt, drawn = {}) => drawWith(model, prompt, drawn),
    async encode(picture) {
      const { width, height, graph: encoder } = manifest.encoder;
      const { data } = await readPicture(picture, width, height);
      return ImageTokens.of(
        numbers(await callOne(await graph(encoder), data, [1, height, width, 3])),
        manifest,
      );
    },
    decode: async (tokens) =>
      paint(isTokens(tokens) ? ImageTokens.check(tokens, manifest) : checkTokens(tokens, manifest)),
    async *complete(picture, { keep, prompt, ...drawn }) {
      const tokens = await known(picture);
      yield* drawWith(model, prompt, drawn, keepFirst(tokens, keep, grid));
    },
    async *vary(picture, strength, { prompt, ...drawn } = {}) {
      const tokens = await known(picture);
      yield* drawWith(model, prompt, drawn, changeRandomly(tokens, strength, drawn));
    },
    defaultDrafter: "jacobi",
    verifier: (name, relax) => imageVerifier(name, relax, manifest),
  };
  return model;
}

type Makers = Record<ImageDrafterName, () => Promise<Drafter<ImageEncoded>>>;

function makers({ manifest, small }: OpenedParts<ImageManifest>): Makers {
  const neighbour = () => drafters.copy({ blank: manifest.grid.blank });
  return {
    jacobi: async () => drafters.jacobi({ window: 32, filler: neighbour() }),
    copy: async () => neighbour(),
    async heads() {
      if (!manifest.heads) throw usage(`the model "${manifest.name}" has no heads; choose another drafter`);
      const { graph, count } = manifest.heads;
      const opened = await small(graph, false);
      return drafters.heads({
        tap: "hidden",
        count,
        size: manifest.target.vocabularySize,
        compute: async (hidden) => floats(await callOne(opened, hidden, [1, hidden.length])),
      });
    },
    lookup: async () => drafters.lookup(),
    none: async () => drafters.none(),
  };
}

const isTokens = (value: PictureSource | ImageTokens | readonly Token[]): value is ImageTokens =>
  typeof value === "object" && "tokens" in value;
