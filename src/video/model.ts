import { readFileSync } from "node:fs";
import { usage } from "../core/errors.js";
import { once } from "../core/once.js";
import type { Drafter } from "../core/types.js";
import * as drafters from "../drafters/index.js";
import type { VideoFrame } from "../files/films/frame.js";
import { type OpenedParts, openMedium } from "../medium/open.js";
import { losslessVerifier } from "../verifiers/named.js";
import { animateWith } from "./animating.js";
import { createFrameDecoder } from "./decoder.js";
import { createFrameEncoder } from "./encoder.js";
import { layoutOf } from "./layout.js";
import { findVideoModel, type VideoManifest, videoWordsSchema } from "./manifest.js";
import { type VideoEncoded, video } from "./modality.js";
import { DEFAULT_VIDEO_MODEL, LONGEST_DRAFT, type VideoDrafterName } from "./names.js";
import { readStore } from "./store.js";
import { VideoTokens } from "./tokens.js";
import type { VideoModel, VideoModelOptions } from "./types.js";
import { createClipReader } from "./words.js";

/** @throws usage errors for an unknown model, failures that name a wrong or torn file. */
export async function loadVideoModel(
  nameOrPath: string = DEFAULT_VIDEO_MODEL,
  options: VideoModelOptions = {},
): Promise<VideoModel> {
  const { file, graph, ...opened } = await openMedium(findVideoModel(nameOrPath), {
    ...options,
    maxDepth: LONGEST_DRAFT,
    measuring: COSTS,
    drafters: makers,
  });
  const { manifest } = opened;
  const words = videoWordsSchema.parse(JSON.parse(readFileSync(file(manifest.words), "utf8")));
  const reader = createClipReader(words, manifest);
  const layout = layoutOf(manifest);
  const decoder = createFrameDecoder(() => graph(manifest.decoder.graph), manifest, layout);
  // Opened while the first tokens are made.
  void graph(manifest.decoder.graph).catch(() => {});
  const encoder = createFrameEncoder(() => graph(manifest.encoder.graph), manifest, layout);
  const store = once((path: string) => readStore(path, words.store ?? []));
  const pieces = (things: readonly number[], style: string) =>
    manifest.store ? store(file(manifest.store))(things, style) : [];

  const model: VideoModel = {
    ...reader,
    ...opened,
    layout,
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
    verifier: losslessVerifier,
  };
  return model;
}

type Makers = Record<VideoDrafterName, () => Drafter<VideoEncoded>>;

function makers({ manifest }: OpenedParts<VideoManifest>): Makers {
  const { blank } = manifest.clip;
  const { aligned, copy, firstNonEmpty, given, gridLookup, jacobi, none } = drafters;
  const planned = (drafter: Drafter) => given(firstNonEmpty(aligned(), drafter));
  const looking = () => planned(gridLookup({ blank }));
  return {
    jacobi: () => jacobi({ window: LONGEST_DRAFT, filler: looking(), trust: 0.6 }),
    lookup: () => ({ ...looking(), name: "lookup" }),
    copy: () => ({ ...planned(copy({ blank })), name: "copy" }),
    none,
  };
}

/** Half a clip is in the cache on average, and passes are long. */
const COSTS = { past: 1400, sizes: [1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 144] };
