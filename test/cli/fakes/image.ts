import { setTimeout as sleep } from "node:timers/promises";
import type { Token } from "foretoken/core";
import { type PictureSource, type Pixels, readPicture } from "foretoken/files";
import {
  type Drawing,
  type Drawn,
  type ImageManifest,
  type ImageModel,
  ImageTokens,
  image,
} from "foretoken/image";
import type { ImageLibrary } from "../../../src/cli/host.js";
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

const SIDE = 16;
const COUNT = SIDE * SIDE;
const CELL = 4;
const BLANK = 0;
const picture = { width: SIDE * CELL, height: SIDE * CELL };

const manifest = (name: string) =>
  faked<ImageManifest>({
    name,
    version: name === "old" ? "0.9.0" : "1.0.0",
    license: "Apache-2.0",
    files: { decoder: { bytes: 1, sha256: `sum of ${name}` } },
    decoder: { graph: "decoder" },
    target: { vocabularySize: CODES },
    sampling: { temperature: 0.7 },
    picture,
    grid: { rows: SIDE, columns: SIDE, blank: BLANK },
    styles: STYLES,
  });

/** Colours by token; the blank one is white. */
const colour = (token: Token) =>
  token === BLANK ? [255, 255, 255] : [token * 3, 255 - token * 4, (token * 37) % 200];

const paint = (tokens: readonly Token[]): Pixels => ({
  ...picture,
  data: paintCells(tokens.map(colour), SIDE, CELL),
});

/** A disc of tokens that everything which should matter has a say in, on blank ground, with a blank hole. */
function planned(
  prompt: string | undefined,
  { style, seed = 0, stream = 0, sampling, guidance, verifier, drafter, draftLength }: Drawn,
): Token[] {
  const shaping = verifier && verifier.name !== "identical" ? [verifier.name, drafter, draftLength] : [];
  const bytes = bytesOf(prompt, style, seed, stream, sampling?.temperature, guidance, shaping);
  return Array.from({ length: COUNT }, (_, at) => {
    const far = Math.hypot((at % SIDE) - 7.5, Math.floor(at / SIDE) - 7.5);
    return far > 6 || far < 1.5 ? BLANK : 1 + ((bytes[at % 64] + at) % (CODES - 1));
  });
}

/** Pictures without a model: of four guesses a pass three stand. */
export function fakeImage({ pause, load = 0, differs = false }: FakeOptions = {}): ImageLibrary {
  function loaded(name: string): ImageModel {
    const own = manifest(name);
    const { decode } = image({ manifest: own, paint: async (tokens) => paint(tokens) });

    async function* drawn(goal: readonly Token[], options: Drawn): AsyncGenerator<Drawing> {
      let rows = 0;
      for await (const drawing of decode(rounds(goal, options, pause), { tokens: [] })) {
        if (options.rounds || drawing.done || drawing.rows > rows) yield drawing;
        rows = drawing.rows;
      }
    }

    const goal = (prompt: Parameters<typeof wordsOf>[0], options: Drawn) => {
      const tokens = planned(wordsOf(prompt), options);
      if (differs && options.drafter !== "none") tokens[100] = (tokens[100] + 1) % CODES;
      return tokens;
    };
    const tokensOf = (picture: PictureSource | ImageTokens) => ImageTokens.check(picture as ImageTokens, own);

    return faked<ImageModel>({
      ...reader("pizza"),
      name,
      manifest: own,
      device: "cpu",
      defaultDrafter: "jacobi",
      verifier: (verifier, relax) => ({ name: verifier, relax }),
      tokens: (prompt, options = {}) => drawn(goal(prompt, options), options),
      async encode(picture) {
        const { data } = await readPicture(picture, SIDE, SIDE);
        return ImageTokens.of(
          Array.from({ length: COUNT }, (_, at) => data[3 * at] % CODES),
          own,
        );
      },
      decode: async (tokens) => paint("tokens" in tokens ? tokensOf(tokens) : tokens),
      complete(picture, { keep, prompt, ...options }) {
        const kept = (keep as number) * SIDE;
        return drawn([...tokensOf(picture).slice(0, kept), ...goal(prompt, options).slice(kept)], options);
      },
      vary(picture, strength, { prompt, ...options } = {}) {
        const other = goal(prompt, options);
        const mixed = tokensOf(picture).map((token, at) =>
          (at * 7) % 100 < strength * 100 ? other[at] : token,
        );
        return drawn(mixed, options);
      },
    });
  }

  const names = ["emoji", "old"];
  return faked<ImageLibrary>({
    DEFAULT_IMAGE_MODEL: "emoji",
    ImageTokens,
    listImageModels: () => names,
    findImageModel: finder(names, manifest),
    async loadImageModel(name = "emoji") {
      await sleep(load);
      return loaded(name);
    },
  });
}
