import { byPlace } from "../core/rules.js";
import type { Encoded, Modality, Token } from "../core/types.js";
import type { Pixels } from "../files/pictures/pixels.js";
import type { ImageManifest } from "./manifest.js";
import type { ReadPrompt } from "./words.js";

/** A prompt that was read, and the tokens that are forced, by place; undefined: free. */
export interface ImagePrompt {
  readonly prompt: ReadPrompt;
  readonly kept?: readonly (Token | undefined)[];
}

export type ImageEncoded = Encoded;

/** A picture under way. */
export interface Drawing {
  /** Tokens that stand. */
  readonly tokens: readonly Token[];
  /** How many stood before this round. */
  readonly start: number;
  /** What was guessed in this round, from `start` on. */
  readonly guesses: readonly Token[];
  /** Finished rows. */
  readonly rows: number;
  readonly done: boolean;
  /** The tokens that stand as pixels, the rest blank. */
  picture(): Promise<Pixels>;
}

export interface ImageParts {
  readonly manifest: ImageManifest;
  readonly paint: (tokens: readonly Token[]) => Promise<Pixels>;
}

/** Pictures: words -> tokens of a grid, row by row -> pixels. */
export function image({ manifest, paint }: ImageParts): Modality<ImagePrompt, Drawing, ImageEncoded> {
  const { rows, columns, blank } = manifest.grid;
  const count = rows * columns;
  return {
    name: "image",
    encode: async ({ prompt, kept }) => ({
      tokens: prompt.tokens,
      given: kept,
      grid: [rows, columns],
      maxTokens: count,
    }),
    rules: ({ given }) => given && byPlace({ given, vocabularySize: manifest.target.vocabularySize }),
    async *decode(rounds) {
      const tokens: Token[] = [];
      for await (const round of rounds) {
        tokens.push(...round.tokens);
        const known = tokens.slice();
        yield {
          tokens: known,
          start: round.start,
          guesses: round.draft.tokens,
          rows: Math.floor(known.length / columns),
          done: round.finish !== undefined,
          picture: () => paint([...known, ...new Array<Token>(count - known.length).fill(blank)]),
        };
      }
    },
  };
}
