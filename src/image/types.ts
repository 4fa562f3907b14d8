import type { Token, Verifier } from "../core/types.js";
import type { Pixels } from "../files/pictures/pixels.js";
import type { PictureSource } from "../files/pictures/read.js";
import type { MediumModel, OpenOptions } from "../medium/open.js";
import type { PromptOptions } from "../medium/setup.js";
import type { ImageManifest } from "./manifest.js";
import type { Drawing, ImageEncoded, ImagePrompt } from "./modality.js";
import type { ImageDrafterName, ImageVerifierName } from "./names.js";
import type { ImageTokens } from "./tokens.js";
import type { Reader, ReadPrompt } from "./words.js";

export type ImageModelOptions = OpenOptions;

/** A text -> picture model, loaded. */
export interface ImageModel
  extends Reader,
    MediumModel<ImageManifest, ImagePrompt, Drawing, ImageEncoded, ImageDrafterName> {
  /** Draws what a prompt says, or one that `read` has read already: the tokens as they are done (see `Drawing`). */
  tokens(prompt: string | ReadPrompt, options?: Drawn): AsyncGenerator<Drawing, void, undefined>;
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
    options?: Drawn & { readonly prompt?: string | ReadPrompt },
  ): AsyncGenerator<Drawing, void, undefined>;
  /** A verifier by name. `relax`: how far from lossless, 0 upwards; only the relaxed ones take it. */
  verifier(name: ImageVerifierName, relax?: number): Verifier;
}

export interface CompleteOptions extends Drawn {
  /** What the picture shows; left out, the model goes by the picture alone. */
  readonly prompt?: string | ReadPrompt;
  /** How many first rows, or a flag for each token. */
  readonly keep: number | readonly boolean[];
}

/** What a loaded model draws with. */
export interface Drawn extends PromptOptions<ImageEncoded, ImageDrafterName> {
  /** Scale of classifier-free guidance, 1 (none) to 20, also by place in the picture. */
  readonly guidance?: number | ((place: number) => number);
}

export interface DrawOptions extends Drawn {
  /** A loaded model (best for more than one picture), or the name or path of one. */
  readonly model?: ImageModel | string;
}
