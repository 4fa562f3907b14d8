import type { Encoded, Modality, Rules, Token, TokenMask } from "../core/types.js";
import type { ImageManifest } from "./manifest.js";
import type { Pixels } from "./picture.js";
import type { ReadPrompt } from "./words.js";

/** A prompt that was read, and the tokens that are forced, by place; undefined: free. */
export interface ImagePrompt {
  readonly prompt: ReadPrompt;
  readonly kept?: readonly (Token | undefined)[];
}

export interface ImageEncoded extends Encoded {
  readonly kept?: readonly (Token | undefined)[];
}

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
      kept,
      grid: [rows, columns],
      maxTokens: count,
    }),
    rules: ({ kept }) => (kept ? keeping(kept, manifest.target.vocabularySize) : undefined),
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

/** Rules that force the kept tokens; a state is the place in the picture. */
function keeping(kept: readonly (Token | undefined)[], vocabularySize: number): Rules<unknown> {
  const masks = new Map<Token, TokenMask>();
  const only = (token: Token) => {
    let mask = masks.get(token);
    if (!mask) {
      mask = new Uint32Array((vocabularySize >> 5) + 1);
      mask[token >> 5] = 1 << (token & 31);
      masks.set(token, mask);
    }
    return mask;
  };
  return {
    start: 0,
    advance: (place) => (place as number) + 1,
    mask(place) {
      const token = kept[place as number];
      return token === undefined ? undefined : only(token);
    },
    ended: () => false,
  };
}
