import { setTimeout as sleep } from "node:timers/promises";
import { failure, type Token } from "foretoken/core";
import { readPicture } from "foretoken/files";
import {
  type Animated,
  type Filming,
  type FrameTokens,
  layoutOf,
  type Patches,
  type VideoManifest,
  type VideoModel,
  VideoTokens,
  video,
} from "foretoken/video";
import type { VideoLibrary } from "../../../src/cli/host.js";
import {
  bytesOf,
  CODES,
  type FakeOptions,
  faked,
  finder,
  paintCells,
  reader,
  rounds,
  STYLES,
  wordsOf,
} from "./shared.js";

const FRAMES = 16;
const SIDE = 4;
const PATCH = 12;
const BLANK = 0;
const GROUNDS = ["white", "blue", "sky"];
const picture = { width: SIDE * PATCH, height: SIDE * PATCH };

const manifest = (name: string) =>
  faked<VideoManifest>({
    name,
    version: "1.0.0",
    files: { decoder: { bytes: 1, sha256: `sum of ${name}` } },
    decoder: { graph: "decoder", ...picture },
    target: { vocabularySize: CODES + GROUNDS.length + 1 },
    sampling: { temperature: 0.6 },
    clip: { frames: FRAMES, rows: SIDE, columns: SIDE, fps: 12, blank: BLANK },
    picture,
    backgrounds: {
      base: CODES,
      names: GROUNDS,
      rgb: {
        white: [255, 255, 255],
        blue: [66, 125, 232],
        sky: [
          [96, 170, 248],
          [214, 238, 255],
        ],
      },
    },
    shifts: { base: CODES + GROUNDS.length, size: 1 },
    styles: STYLES,
  });

/** A square of two by two patches that goes around in four frames; what should matter has a say in its colours. */
function planned(
  prompt: string | undefined,
  { style, seed = 0, stream = 0, sampling, frames = FRAMES }: Animated,
  phase: number,
): FrameTokens[] {
  const bytes = bytesOf(prompt, style, seed, stream, sampling?.temperature);
  return Array.from({ length: frames }, (_, frame) => {
    const tokens = new Array<Token>(SIDE * SIDE).fill(BLANK);
    for (let i = 0; i < 4; i++) {
      const column = ((i % 2) + frame + phase) % SIDE;
      tokens[(1 + Math.floor(i / 2)) * SIDE + column] = 1 + (bytes[i] % (CODES - 1));
    }
    return { shift: [0, 0], tokens };
  });
}

const colour = (code: Token) =>
  code === BLANK ? [0, 0, 0, 0] : [code * 4, 255 - code * 4, (code * 37) % 200, 255];

const paint = (tokens: readonly Token[]): Patches => ({
  ...picture,
  rgba: paintCells(tokens.map(colour), SIDE, PATCH),
});

/** Films without a model: of six guesses a pass three stand, one falls and two are not looked at. */
export function fakeVideo({ pause, load = 0, differs = false }: FakeOptions = {}) {
  const log = { painted: 0 };

  function loaded(name: string): VideoModel {
    const own = manifest(name);
    // Longer films are made in one go: their tokens leave no room for more shifts.
    const layout = { ...layoutOf(own), shiftOf: () => [0, 0] as const };
    const decoder = {
      async show(tokens: readonly Token[]) {
        log.painted++;
        return paint(tokens);
      },
    };
    const { decode } = video({ manifest: own, layout, decoder, pieces: () => [] });

    async function* filmed(
      frames: readonly FrameTokens[],
      ground: string,
      options: Animated,
    ): AsyncGenerator<Filming> {
      const shifts = new Array<Token>(FRAMES).fill(layout.shiftToken([0, 0]));
      const goal = [layout.groundToken(ground), ...shifts, ...frames.flatMap(({ tokens }) => tokens)];
      const filmings = decode(rounds(goal, options, pause, [1, 2]), { tokens: [], maxTokens: goal.length });
      let finished = 0;
      for await (const filming of filmings) {
        if (options.rounds || filming.done || filming.frames > finished) yield filming;
        finished = filming.frames;
      }
    }

    type Said = Parameters<typeof wordsOf>[0];
    const groundOf = (prompt: Said) => GROUNDS.find((one) => wordsOf(prompt)?.includes(one)) ?? GROUNDS[0];
    const goal = (prompt: Said, options: Animated, phase = 0) => {
      const frames = planned(wordsOf(prompt), options, phase);
      if (differs && options.drafter !== "none")
        frames[2] = { ...frames[2], tokens: [7, ...frames[2].tokens.slice(1)] };
      return frames;
    };

    return faked<VideoModel>({
      ...reader("apple"),
      name,
      manifest: own,
      device: "cpu",
      motions: ["bounce", "spin"],
      things: ["apple", "cat"],
      defaultDrafter: "jacobi",
      verifier: (verifier) => ({ name: verifier }),
      animate: (prompt, options = {}) => filmed(goal(prompt, options), groundOf(prompt), options),
      async *from(picture, prompt, options = {}) {
        await readPicture(picture, SIDE, SIDE);
        yield* filmed(goal(`${wordsOf(prompt)} from`, options), groundOf(prompt), options);
      },
      continue: (film, { prompt, ...options } = {}) =>
        filmed(goal(prompt, options, film.frames.length), film.ground.name, options),
      async encode(pictures) {
        for (const picture of pictures) await readPicture(picture, SIDE, SIDE);
        if (pictures.length === 3) throw failure("the picture is empty: there is nothing in it to move");
        const white = layout.ground(layout.groundToken("white"));
        return VideoTokens.of(planned("", { frames: pictures.length }, 0), white, own);
      },
      decode: async (film) =>
        VideoTokens.check(film, own).frames.map(({ tokens }, index) => ({
          ...paint(tokens),
          index,
          same: index,
        })),
    });
  }

  const names = ["old", "sprites"];
  const library = faked<VideoLibrary>({
    DEFAULT_VIDEO_MODEL: "sprites",
    VideoTokens,
    layoutOf,
    listVideoModels: () => names,
    findVideoModel: finder(names, manifest),
    async loadVideoModel(name = "sprites") {
      await sleep(load);
      return loaded(name);
    },
  });
  return { ...library, log };
}
