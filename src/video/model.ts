import { readFileSync } from "node:fs";
import { usage } from "../core/errors.js";
import { named } from "../core/near.js";
import { once } from "../core/once.js";
import type { Drafter, Modality, Model, Verifier } from "../core/types.js";
import * as drafters from "../drafters/index.js";
import type { VideoFrame } from "../files/films/frame.js";
import type { PictureSource } from "../files/pictures/read.js";
import { plansBy } from "../medium/speculation.js";
import { type AdaptivePlan, adaptive } from "../plans/adaptive.js";
import { openTarget } from "../runtime/device.js";
import { type LanguageModelShape, languageModel } from "../runtime/language-model.js";
import { type Device, openSession } from "../runtime/ort.js";
import { lazyTimes } from "../runtime/times.js";
import * as verifiers from "../verifiers/index.js";
import { type Animated, animateWith } from "./animating.js";
import { createFrameDecoder } from "./decoder.js";
import { createFrameEncoder } from "./encoder.js";
import { type Layout, layoutOf } from "./layout.js";
import { findVideoModel, type VideoManifest, videoWordsSchema } from "./manifest.js";
import { type Filming, type VideoEncoded, type VideoPrompt, video } from "./modality.js";
import {
  DEFAULT_VIDEO_MODEL,
  LONGEST_DRAFT,
  type VideoDrafterName,
  type VideoVerifierName,
} from "./names.js";
import { readStore, type StoredPiece } from "./store.js";
import { VideoTokens } from "./tokens.js";
import { type ClipReader, createClipReader } from "./words.js";

export interface VideoModelOptions {
  readonly device?: Device;
  readonly threads?: number;
  /** Called with a line when something works otherwise than asked for. */
  readonly warn?: (line: string) => void;
}

/** A text -> video model, loaded. */
export interface VideoModel extends ClipReader {
  readonly name: string;
  readonly manifest: VideoManifest;
  readonly layout: Layout;
  readonly device: Device;
  readonly target: Model;
  readonly modality: Modality<VideoPrompt, Filming, VideoEncoded>;
  /** What things look like in a style, by the model's store. */
  pieces(things: readonly number[], style: string): readonly StoredPiece[];
  /** Films what the prompt says: frames as they are done (see `Filming`). */
  animate(prompt: string, options?: Animated): AsyncGenerator<Filming, void, undefined>;
  /**
   * Image to video: moves the thing in a picture as the prompt says. It is cut out by the picture's alpha or from its plain
   * ground, and stands in the middle of the first frame at the usual size.
   */
  from(picture: PictureSource, prompt: string, options?: Animated): AsyncGenerator<Filming, void, undefined>;
  /** Goes on from frames that are there, of which the last few count; films what comes after them. */
  continue(
    film: VideoTokens,
    options?: Animated & { readonly prompt?: string },
  ): AsyncGenerator<Filming, void, undefined>;
  /** The tokens of a film's frames: things that move before a plain ground. @throws failures that name the frame */
  encode(frames: readonly PictureSource[]): Promise<VideoTokens>;
  /** Tokens -> frames. @throws errors for tokens of another model, of a wrong number or out of range */
  decode(film: VideoTokens): Promise<VideoFrame[]>;
  /** The drafter that is fastest with this model. */
  readonly defaultDrafter: VideoDrafterName;
  drafter(name: VideoDrafterName): Promise<Drafter<VideoEncoded>>;
  verifier(name: VideoVerifierName): Verifier;
  /** The adaptive plan of a drafter, by name or one's own, the same each time: it learns from film to film. */
  plan(drafter: string | Drafter<VideoEncoded>): Promise<AdaptivePlan>;
}

/** @throws usage errors for an unknown model, failures that name a wrong or torn file. */
export async function loadVideoModel(
  nameOrPath: string = DEFAULT_VIDEO_MODEL,
  options: VideoModelOptions = {},
): Promise<VideoModel> {
  const { device: wished = "cpu", threads, warn } = options;
  const { manifest, file, checkAll, fingerprint } = findVideoModel(nameOrPath);
  const { target: shape, clip } = manifest;
  checkAll();

  const words = videoWordsSchema.parse(JSON.parse(readFileSync(file(manifest.words), "utf8")));
  const reader = createClipReader(words, manifest);
  const layout = layoutOf(manifest);
  const { session, device } = await openTarget(shape, file, wished, { threads }, warn);
  const target = await languageModel(session, shape as LanguageModelShape);
  // These take turns with the target.
  const beside = once((graph: string) => openSession(file(graph), { threads, quiet: true, unfold: true }));
  const decoder = createFrameDecoder(() => beside(manifest.decoder.graph), manifest, layout);
  // Opened while the first tokens are made.
  void beside(manifest.decoder.graph).catch(() => {});
  const encoder = createFrameEncoder(() => beside(manifest.encoder.graph), manifest, layout);
  const store = once((path: string) => readStore(path, words.store ?? []));
  const pieces = (things: readonly number[], style: string) =>
    manifest.store ? store(file(manifest.store))(things, style) : [];

  const { aligned, copy, firstNonEmpty, given, gridLookup, jacobi, none } = drafters;
  const planned = (drafter: Drafter) => given(firstNonEmpty(aligned(), drafter));
  const looking = () => planned(gridLookup({ blank: clip.blank }));
  const makers: Record<VideoDrafterName, () => Drafter<VideoEncoded>> = {
    jacobi: () => jacobi({ window: LONGEST_DRAFT, filler: looking(), trust: 0.6 }),
    lookup: () => ({ ...looking(), name: "lookup" }),
    copy: () => ({ ...planned(copy({ blank: clip.blank })), name: "copy" }),
    none,
  };
  const times = lazyTimes(target, `${fingerprint} ${device} ${threads ?? "all"}`, COSTS);
  const checks: Record<VideoVerifierName, () => Verifier> = {
    identical: verifiers.identical,
    rejection: verifiers.rejection,
    block: verifiers.block,
  };

  const model: VideoModel = {
    ...reader,
    name: manifest.name,
    manifest,
    layout,
    device,
    target,
    pieces,
    modality: video({ manifest, layout, decoder, pieces }),
    animate: (prompt, options = {}) => animateWith(model, prompt, options),
    async *from(picture, prompt, options = {}) {
      const first = await encoder.thing(picture);
      yield* animateWith(model, prompt, options, { frames: [first], shown: true });
    },
    async *continue(film, { prompt, ...options } = {}) {
      const { frames, ground } = VideoTokens.check(film, manifest);
      yield* animateWith(model, prompt, options, { ground: ground.name, frames, shown: false });
    },
    async encode(frames) {
      if (frames.length === 0) throw usage("there are no frames to encode: give at least one picture");
      const seen = [];
      for (const frame of frames) seen.push(await encoder.frame(frame));
      return VideoTokens.of(
        seen.map(({ shift, tokens }) => ({ shift, tokens })),
        seen[0].ground,
        manifest,
      );
    },
    async decode(film) {
      const { frames } = VideoTokens.check(film, manifest);
      const shown: VideoFrame[] = [];
      for (const [index, { shift, tokens }] of frames.entries()) {
        const isSame = (other: (typeof frames)[number]) =>
          other.shift.join() === shift.join() && other.tokens.join() === tokens.join();
        shown.push({ ...(await decoder.show(tokens, shift)), index, same: frames.findIndex(isSame) });
      }
      return shown;
    },
    defaultDrafter: "jacobi",
    drafter: once(async (name: VideoDrafterName) => named(makers, name, "drafter")()),
    verifier: (name) => named(checks, name, "verifier")(),
    plan: plansBy(async (name = "") =>
      adaptive({
        cost: await times(),
        maxDepth: LONGEST_DRAFT,
        earnings: manifest.earnings?.[name],
      }),
    ),
  };
  return model;
}

/** Half a clip is in the cache on average, and passes are long. */
const COSTS = { past: 1400, sizes: [1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 144] };
