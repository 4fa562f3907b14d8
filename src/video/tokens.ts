import { z } from "zod";
import { failure } from "../core/errors.js";
import type { Token } from "../core/types.js";
import type { Ground, Rgb } from "../files/films/frame.js";
import { checkHead, checkRange, headOf, headSchema, tokensFile } from "../medium/tokens-file.js";
import { rgb, size, whole } from "../runtime/schema.js";
import type { Layout } from "./layout.js";
import type { VideoManifest } from "./manifest.js";

const FORMAT = "foretoken-video-tokens";

const schema = z.object({
  format: z.literal(FORMAT),
  ...headSchema,
  ground: z.object({ name: z.string(), top: rgb, bottom: rgb }).readonly(),
  rows: size,
  columns: size,
  frames: z
    .array(
      z.object({
        /** Down and right, see `Shift`. */
        shift: z.tuple([whole, whole]).readonly(),
        /** Row by row from the top, each from the left. */
        tokens: z.array(whole).readonly(),
      }),
    )
    .readonly(),
});

/** The tokens of a film, and the model they belong to. */
export type VideoTokens = Readonly<z.infer<typeof schema>>;

export type FrameTokens = VideoTokens["frames"][number];

export const VideoTokens = {
  ...tokensFile<VideoTokens>(schema, "video tokens"),

  of(frames: readonly FrameTokens[], ground: Ground, manifest: VideoManifest): VideoTokens {
    const { rows, columns } = manifest.clip;
    return {
      format: FORMAT,
      ...headOf(manifest),
      ground: {
        name: ground.name,
        top: [...ground.top] as unknown as Rgb,
        bottom: [...ground.bottom] as unknown as Rgb,
      },
      rows,
      columns,
      frames,
    };
  },

  /** @throws an error that says why these are not tokens of this model */
  check(film: VideoTokens, manifest: VideoManifest): VideoTokens {
    const { name, clip, backgrounds, shifts } = manifest;
    checkHead(film, manifest);
    if (film.frames.length === 0) throw failure("there are no frames in these tokens: nothing to show");
    film.frames.forEach(({ tokens, shift }, index) => {
      if (tokens.length !== clip.rows * clip.columns)
        throw failure(
          `frame ${index} has ${tokens.length} tokens, and a frame of ${name} has ${clip.rows} rows of ${clip.columns}, ${clip.rows * clip.columns} tokens`,
        );
      checkRange(
        tokens,
        backgrounds.base - 1,
        (cell) => `tokens[${cell}] of frame ${index}`,
        `patches of ${name}`,
      );
      if (shift.some((part) => part >= shifts.size))
        throw failure(
          `the shift of frame ${index} is ${shift.join(", ")}: it goes from 0 to ${shifts.size - 1}`,
        );
    });
    return film;
  },
} as const;

/** Finished frames of a clip's tokens. */
export function framesOf(tokens: readonly Token[], { lead, cells, shiftOf }: Layout): FrameTokens[] {
  const finished = Math.max(0, Math.floor((tokens.length - lead) / cells));
  return Array.from({ length: finished }, (_, frame) => ({
    shift: shiftOf(tokens[1 + frame]),
    tokens: tokens.slice(lead + frame * cells, lead + (frame + 1) * cells),
  }));
}
