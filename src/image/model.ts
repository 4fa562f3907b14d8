import { readFileSync } from "node:fs";
import { usage } from "../core/errors.js";
import type { Drafter, Token, Verifier } from "../core/types.js";
import * as drafters from "../drafters/index.js";
import type { Pixels } from "../files/pictures/pixels.js";
import { type PictureSource, readPicture } from "../files/pictures/read.js";
import { type MediumModel, type OpenedParts, type OpenOptions, openMedium } from "../medium/open.js";
import { changeRandomly, type Drawn, drawWith, keepFirst } from "./drawing.js";
import { findImageModel, type ImageManifest, wordsSchema } from "./manifest.js";
import { type Drawing, type ImageEncoded, type ImagePrompt, image } from "./modality.js";
import { DEFAULT_IMAGE_MODEL, type ImageDrafterName, type ImageVerifierName } from "./names.js";
import { paintTokens, readTokens, runHeads } from "./tokenizer.js";
import { checkTokens, ImageTokens } from "./tokens.js";
import { imageVerifier } from "./verifiers.js";
import { createReader, type Reader } from "./words.js";

export type ImageModelOptions = OpenOptions;

/** A text -> picture model, loaded. */
export interface ImageModel
  extends Reader,
    MediumModel<ImageManifest, ImagePrompt, Drawing, ImageEncoded, ImageDrafterName> {
  /** Draws: the tokens as they are done (see `Drawing`). */
  tokens(prompt: string, options?: Drawn): AsyncGenerator<Drawing, void, undefined>;
  /** The tokens of any picture. @throws failures that name the picture and what is wrong with it. */
  encode(picture: PictureSource): Promise<ImageTokens>;
  /** Tokens -> pixels. @throws errors for tokens of another model, of a wrong number or out of range. */
  decode(tokens: ImageTokens | readonly Token[]): Promise<Pixels>;
  /**
   * Keeps some tokens of a picture (its first rows, or those marked true) and draws the others, in raster order: the model is
   * causal, so what it draws fits what stands before, to the left and above; what is kept further down it has not seen.
   */
  complete(
    picture: PictureSource | ImageTokens,
    options: CompleteOptions,
  ): AsyncGenerator<Drawing, void, undefined>;
  /** Draws a random share `strength` (0..1) of a picture's tokens anew, causally as `complete` does. */
  vary(
    picture: PictureSource | ImageTokens,
    strength: number,
    options?: Drawn & { readonly prompt?: string },
  ): AsyncGenerator<Drawing, void, undefined>;
  /** A verifier by name. `relax`: how far from lossless, 0 upwards; only the relaxed ones take it. */
  verifier(name: ImageVerifierName, relax?: number): Verifier;
}

export interface CompleteOptions extends Drawn {
  /** What the picture shows; left out, the model goes by the picture alone. */
  readonly prompt?: string;
  /** How many first rows, or a flag for each token. */
  readonly keep: number | readonly boolean[];
}

/** @throws usage errors for an unknown model, failures that name a wrong or torn file. */
export async function loadImageModel(
  nameOrPath: string = DEFAULT_IMAGE_MODEL,
  options: ImageModelOptions = {},
): Promise<ImageModel> {
  const found = findImageModel(nameOrPath);
  const { file, graph, ...opened } = await openMedium(found, { ...options, maxDepth: 32, drafters: makers });
  const { manifest } = opened;
  const { grid } = manifest;
  const words = createReader(
    wordsSchema.parse(JSON.parse(readFileSync(file(manifest.words), "utf8"))),
    manifest,
  );
  const paint = async (tokens: readonly Token[]) =>
    paintTokens(await graph(manifest.decoder.graph), tokens, manifest);
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
      const { width, height } = manifest.encoder;
      const pixels = await readPicture(picture, width, height);
      return ImageTokens.of(await readTokens(await graph(manifest.encoder.graph), pixels), manifest);
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
        compute: (hidden) => runHeads(opened, hidden),
      });
    },
    lookup: async () => drafters.lookup(),
    none: async () => drafters.none(),
  };
}

const isTokens = (value: PictureSource | ImageTokens | readonly Token[]): value is ImageTokens =>
  typeof value === "object" && "tokens" in value;
