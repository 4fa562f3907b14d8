import { readFileSync } from "node:fs";
import { usage } from "../core/errors.js";
import { named } from "../core/near.js";
import { once } from "../core/once.js";
import type { Drafter, Modality, Model, Token, Verifier } from "../core/types.js";
import * as drafters from "../drafters/index.js";
import type { Pixels } from "../files/pictures/pixels.js";
import { type PictureSource, readPicture } from "../files/pictures/read.js";
import { plansBy } from "../medium/speculation.js";
import { type AdaptivePlan, adaptive } from "../plans/adaptive.js";
import { openTarget } from "../runtime/device.js";
import { type LanguageModelShape, languageModel } from "../runtime/language-model.js";
import { type Device, openSession } from "../runtime/ort.js";
import { lazyTimes } from "../runtime/times.js";
import { changeRandomly, type Drawn, drawWith, keepFirst } from "./drawing.js";
import { findImageModel, type ImageManifest, wordsSchema } from "./manifest.js";
import { type Drawing, type ImageEncoded, type ImagePrompt, image } from "./modality.js";
import { DEFAULT_IMAGE_MODEL, type ImageDrafterName, type ImageVerifierName } from "./names.js";
import { paintTokens, readTokens, runHeads } from "./tokenizer.js";
import { checkTokens, ImageTokens } from "./tokens.js";
import { imageVerifier } from "./verifiers.js";
import { createReader, type Reader } from "./words.js";

export interface ImageModelOptions {
  readonly device?: Device;
  readonly threads?: number;
  /** Called with a line when something works otherwise than asked for. */
  readonly warn?: (line: string) => void;
}

/** A text -> picture model, loaded. */
export interface ImageModel extends Reader {
  readonly name: string;
  readonly manifest: ImageManifest;
  readonly device: Device;
  readonly target: Model;
  readonly modality: Modality<ImagePrompt, Drawing, ImageEncoded>;
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
  /** The drafter that is fastest with this model. */
  readonly defaultDrafter: ImageDrafterName;
  drafter(name: ImageDrafterName): Promise<Drafter<ImageEncoded>>;
  /** A verifier by name. `relax`: how far from lossless, 0 upwards; only the relaxed ones take it. */
  verifier(name: ImageVerifierName, relax?: number): Verifier;
  /**
   * The adaptive plan of a drafter, by name or one's own, for passes of so many sequences (two under guidance); the same each
   * time: it learns from picture to picture.
   */
  plan(drafter: string | Drafter<ImageEncoded>, sequences?: 1 | 2): Promise<AdaptivePlan>;
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
  const { device: wished = "cpu", threads, warn } = options;
  const { manifest, file, checkAll, fingerprint } = findImageModel(nameOrPath);
  const { target: shape, grid } = manifest;
  checkAll();

  const words = createReader(
    wordsSchema.parse(JSON.parse(readFileSync(file(manifest.words), "utf8"))),
    manifest,
  );
  const { session, device } = await openTarget(shape, file, wished, { threads }, warn);
  // These take turns with the target.
  const beside = once((graph: string) => openSession(file(graph), { threads, quiet: true, unfold: true }));
  const prefix = shape.prefix && {
    session: await beside(shape.prefix.graph),
    length: shape.prefix.length,
  };
  const target = await languageModel(session, shape as LanguageModelShape, prefix);
  const paint = async (tokens: readonly Token[]) =>
    paintTokens(await beside(manifest.decoder.graph), tokens, manifest);
  // Opened while the first tokens are drawn.
  void beside(manifest.decoder.graph).catch(() => {});

  const neighbour = () => drafters.copy({ blank: grid.blank });
  const makers: Record<ImageDrafterName, () => Promise<Drafter<ImageEncoded>>> = {
    jacobi: async () => drafters.jacobi({ window: 32, filler: neighbour() }),
    copy: async () => neighbour(),
    async heads() {
      if (!manifest.heads) throw usage(`the model "${manifest.name}" has no heads; choose another drafter`);
      const { graph, count } = manifest.heads;
      const small = await openSession(file(graph), { threads: 1, quiet: true });
      return drafters.heads({
        tap: "hidden",
        count,
        size: shape.vocabularySize,
        compute: (hidden) => runHeads(small, hidden),
      });
    },
    lookup: async () => drafters.lookup(),
    none: async () => drafters.none(),
  };
  /** Passes of several sequences are another kind of pass, with times of its own. */
  const times = [1, 2].map((sequences) =>
    lazyTimes(target, `${fingerprint} ${device} ${threads ?? "all"}`, { sequences }),
  );
  const plans = [1, 2].map((sequences) =>
    plansBy(async (name = "") =>
      adaptive({ cost: await times[sequences - 1](), maxDepth: 32, earnings: manifest.earnings?.[name] }),
    ),
  );

  const known = async (picture: PictureSource | ImageTokens) =>
    isTokens(picture) ? ImageTokens.check(picture, manifest) : (await model.encode(picture)).tokens;

  const model: ImageModel = {
    ...words,
    name: manifest.name,
    manifest,
    device,
    target,
    modality: image({ manifest, paint }),
    tokens: (prompt, drawn = {}) => drawWith(model, prompt, drawn),
    async encode(picture) {
      const { graph, width, height } = manifest.encoder;
      const pixels = await readPicture(picture, width, height);
      return ImageTokens.of(await readTokens(await beside(graph), pixels), manifest);
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
    drafter: once((name: ImageDrafterName) => named(makers, name, "drafter")()),
    verifier: (name, relax) => imageVerifier(name, relax, manifest),
    plan: (drafter, sequences = 1) => plans[sequences - 1](drafter),
  };
  return model;
}

const isTokens = (value: PictureSource | ImageTokens | readonly Token[]): value is ImageTokens =>
  typeof value === "object" && "tokens" in value;
