import type { Verifier } from "../core/types.js";
import type { VideoFrame } from "../files/films/frame.js";
import type { PictureSource } from "../files/pictures/read.js";
import type { MediumModel, OpenOptions } from "../medium/open.js";
import type { PromptOptions } from "../medium/setup.js";
import type { Layout } from "./layout.js";
import type { VideoManifest } from "./manifest.js";
import type { Filming, VideoEncoded, VideoPrompt } from "./modality.js";
import type { VideoDrafterName, VideoVerifierName } from "./names.js";
import type { StoredPiece } from "./store.js";
import type { VideoTokens } from "./tokens.js";
import type { ClipReader, ReadClip } from "./words.js";

export type VideoModelOptions = OpenOptions;

/** A text -> video model, loaded. */
export interface VideoModel
  extends ClipReader,
    MediumModel<VideoManifest, VideoPrompt, Filming, VideoEncoded, VideoDrafterName> {
  readonly layout: Layout;
  /** What things look like in a style, by the model's store. */
  pieces(things: readonly number[], style: string): readonly StoredPiece[];
  /** Films what a prompt says, or one that `read` has read already: frames as they are done (see `Filming`). */
  animate(prompt: string | ReadClip, options?: Animated): AsyncGenerator<Filming, void, undefined>;
  /**
   * Image to video: moves the thing in a picture as the prompt says. It is cut out by the picture's alpha or from its plain
   * ground, and stands in the middle of the first frame at the usual size.
   */
  from(
    picture: PictureSource,
    prompt: string | ReadClip,
    options?: Animated,
  ): AsyncGenerator<Filming, void, undefined>;
  /** Goes on from frames that are there, of which the last few count; films what comes after them. */
  continue(
    film: VideoTokens,
    options?: Animated & { readonly prompt?: string | ReadClip },
  ): AsyncGenerator<Filming, void, undefined>;
  /** The tokens of a film's frames: things that move before a plain ground. @throws failures that name the frame */
  encode(frames: readonly PictureSource[]): Promise<VideoTokens>;
  /** Tokens -> frames. @throws errors for tokens of another model, of a wrong number or out of range */
  decode(film: VideoTokens): Promise<VideoFrame[]>;
  verifier(name: VideoVerifierName): Verifier;
}

/** What a loaded model films with. */
export interface Animated extends PromptOptions<VideoEncoded, VideoDrafterName> {
  /** How much the model's store is believed of what things look like: 0 (not at all) to below 1. */
  readonly recall?: number;
  /** Frames wanted; beyond one clip of the model a film goes on from its own last frames. */
  readonly frames?: number;
}

export interface AnimateOptions extends Animated {
  /** A loaded model (best for more than one film), or the name or path of one. */
  readonly model?: VideoModel | string;
}
