import { z } from "zod";
import { failure } from "../core/errors.js";
import type { Token } from "../core/types.js";
import type { Ground, Rgb } from "../files/films/frame.js";
import { checkProvenance, checksumOf } from "../medium/provenance.js";
import { parseJson } from "../runtime/json.js";
import type { Layout } from "./layout.js";
import type { VideoManifest } from "./manifest.js";

const FORMAT = "foretoken-video-tokens";

const count = z.number().int().positive();
const whole = z.number().int().nonnegative();
const byte = whole.max(255);
const rgb = z.tuple([byte, byte, byte]).readonly();

const schema = z.object({
  format: z.literal(FORMAT),
  /** Name and version of the model whose tokens these are. */
  model: z.string(),
  version: z.string(),
  /** SHA-256 of that model's decoder: the same number means the same patch. */
  checksum: z.string(),
  ground: z.object({ name: z.string(), top: rgb, bottom: rgb }).readonly(),
  rows: count,
  columns: count,
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
  of(frames: readonly FrameTokens[], ground: Ground, manifest: VideoManifest): VideoTokens {
    const { name, version, clip } = manifest;
    return {
      format: FORMAT,
      model: name,
      version,
      checksum: checksumOf(manifest),
      ground: {
        name: ground.name,
        top: [...ground.top] as unknown as Rgb,
        bottom: [...ground.bottom] as unknown as Rgb,
      },
      rows: clip.rows,
      columns: clip.columns,
      frames,
    };
  },

  /** @throws a failure that names the source and what is wrong in it */
  parse(json: string, name = "the text"): VideoTokens {
    return parseJson(schema, json, name, {
      isNot: "holds no video tokens",
      wayOut: "give tokens that foretoken saved",
    });
  },

  stringify: (tokens: VideoTokens): string => `${JSON.stringify(tokens)}\n`,

  /** @throws an error that says why these are not tokens of this model */
  check(film: VideoTokens, manifest: VideoManifest): VideoTokens {
    const { name, clip, backgrounds, shifts } = manifest;
    checkProvenance(film, manifest);
    if (film.frames.length === 0) throw failure("there are no frames in these tokens: nothing to show");
    film.frames.forEach(({ tokens, shift }, index) => {
      if (tokens.length !== clip.rows * clip.columns)
        throw failure(
          `frame ${index} has ${tokens.length} tokens, and a frame of ${name} has ${clip.rows} rows of ${clip.columns}, ${clip.rows * clip.columns} tokens`,
        );
      const wrong = tokens.findIndex((token) => token >= backgrounds.base);
      if (wrong >= 0)
        throw failure(
          `tokens[${wrong}] of frame ${index} is ${tokens[wrong]}, and patches of ${name} go from 0 to ${backgrounds.base - 1}`,
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
