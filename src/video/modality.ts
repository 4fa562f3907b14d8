import { byPlace, rangeMask } from "../core/rules.js";
import type { Encoded, Modality, Piece, Token } from "../core/types.js";
import type { Ground, VideoFrame } from "../files/films/frame.js";
import type { FrameDecoder } from "./decoder.js";
import type { Box, Layout, Shift } from "./layout.js";
import type { VideoManifest } from "./manifest.js";
import { type FrameTokens, framesOf } from "./tokens.js";
import type { ReadClip } from "./words.js";

/** A prompt that was read, and the tokens that are forced, by place. */
export interface VideoPrompt {
  readonly prompt: ReadClip;
  readonly given?: readonly (Token | undefined)[];
  /** Frames wanted, all of a clip's if left out. */
  readonly frames?: number;
}

export type VideoEncoded = Encoded;

/** A clip under way. */
export interface Filming {
  /** Tokens that stand: the ground, a shift for each frame, then the frames' patches. */
  readonly tokens: readonly Token[];
  /** How many stood before this round, and what was guessed from there on. */
  readonly start: number;
  readonly guesses: readonly Token[];
  /** Finished frames, and frames of the whole. */
  readonly frames: number;
  readonly total: number;
  /** What the frames are shown on, once it stands. */
  readonly ground: Ground | undefined;
  readonly done: boolean;
  /** A frame: the patches that stand, with `guesses` those guessed in this round, too, and nothing elsewhere. */
  frame(index: number, guesses?: boolean): Promise<VideoFrame>;
  /** Shift and patches of a finished frame. */
  patches(index: number): FrameTokens;
  /** Where a token, by its place, is seen; undefined for those that are no patch. */
  box(place: number): (Box & { readonly frame: number }) | undefined;
}

export interface VideoParts {
  readonly manifest: VideoManifest;
  readonly layout: Layout;
  readonly decoder: FrameDecoder;
  /** Patches of things in a style, as they were seen before. */
  readonly pieces: (things: readonly number[], style: string) => readonly Piece[];
}

/** Video: words -> ground, shifts, then patches frame by frame -> pixels. */
export function video({
  manifest,
  layout,
  decoder,
  pieces,
}: VideoParts): Modality<VideoPrompt, Filming, VideoEncoded> {
  const { clip, backgrounds, shifts, target } = manifest;
  const { vocabularySize } = target;
  const { lead, cells } = layout;
  const grounds = rangeMask(backgrounds.base, backgrounds.names.length, vocabularySize);
  const anyShift = rangeMask(shifts.base, shifts.size ** 2, vocabularySize);
  const patches = rangeMask(0, Math.min(backgrounds.base, shifts.base), vocabularySize);

  return {
    name: "video",
    encode: async ({ prompt, given, frames = clip.frames }) => ({
      tokens: prompt.tokens,
      given,
      lead,
      grid: [clip.frames, clip.rows, clip.columns],
      reference: expectedPlan(prompt, manifest, layout),
      pieces: pieces(prompt.things.flat(), prompt.style),
      maxTokens: lead + frames * cells,
    }),
    rules: ({ given }) =>
      byPlace({
        given,
        vocabularySize,
        allowed: (place) => (place === 0 ? grounds : place < lead ? anyShift : patches),
      }),
    async *decode(rounds, { maxTokens = layout.length }) {
      const total = (maxTokens - lead) / cells;
      const tokens: Token[] = [];
      const shiftAt = (frame: number): Shift =>
        1 + frame < tokens.length ? layout.shiftOf(tokens[1 + frame]) : [0, 0];
      /** Frames by what they show: the first one of each. */
      const seen = new Map<string, number>();
      let keyed = 0;
      for await (const round of rounds) {
        tokens.push(...round.tokens);
        const known = tokens.slice();
        const frames = Math.max(0, Math.floor((known.length - lead) / cells));
        for (; keyed < frames; keyed++) {
          const key = keyOf(known, keyed, layout);
          if (!seen.has(key)) seen.set(key, keyed);
        }
        yield {
          tokens: known,
          start: round.start,
          guesses: round.draft.tokens,
          frames,
          total,
          ground: known.length ? layout.ground(known[0]) : undefined,
          done: round.finish !== undefined,
          async frame(index, guesses = false) {
            // Guesses count where nothing stands yet.
            const all = guesses ? [...known, ...round.draft.tokens.slice(known.length - round.start)] : known;
            const cut = all.slice(lead + index * cells, lead + (index + 1) * cells);
            const blanks = new Array<Token>(cells - cut.length).fill(clip.blank);
            const shown = await decoder.show([...cut, ...blanks], shiftAt(index));
            const same = index < frames ? (seen.get(keyOf(known, index, layout)) ?? index) : index;
            return { ...shown, index, same };
          },
          patches: (index) => framesOf(known, layout)[index],
          box(place) {
            if (place < lead) return undefined;
            const frame = Math.floor((place - lead) / cells);
            return { frame, ...layout.box((place - lead) % cells, shiftAt(frame)) };
          },
        };
      }
    },
  };
}

/** What a finished frame shows, as text. */
const keyOf = (tokens: readonly Token[], frame: number, { lead, cells }: Layout) =>
  `${tokens[1 + frame]}:${tokens.slice(lead + frame * cells, lead + (frame + 1) * cells).join()}`;

/** The plan the words ask for: a guess, for drafters. */
function expectedPlan(
  { ground, shifts }: ReadClip,
  { backgrounds, clip, shifts: { base } }: VideoManifest,
  { groundToken }: Layout,
): Token[] {
  const still = new Array<number>(clip.frames).fill(0);
  return [groundToken(ground ?? backgrounds.names[0]), ...(shifts ?? still).map((shift) => base + shift)];
}
