import { z } from "zod";
import { failure } from "../core/errors.js";
import type { Token } from "../core/types.js";
import { checkHead, checkRange, headOf, headSchema, tokensFile } from "../medium/tokens-file.js";
import { size, whole } from "../runtime/schema.js";
import type { ImageManifest } from "./manifest.js";

const FORMAT = "foretoken-image-tokens";

const schema = z.object({
  format: z.literal(FORMAT),
  ...headSchema,
  rows: size,
  columns: size,
  /** Row by row from the top, each from the left. */
  tokens: z.array(whole).readonly(),
});

/** The tokens of a picture, and the model they belong to. */
export type ImageTokens = Readonly<z.infer<typeof schema>>;

export const ImageTokens = {
  ...tokensFile<ImageTokens>(schema, "image tokens"),

  of(tokens: readonly Token[], manifest: ImageManifest): ImageTokens {
    const { rows, columns } = manifest.grid;
    return { format: FORMAT, ...headOf(manifest), rows, columns, tokens: [...tokens] };
  },

  /** @throws an error that says why these are not tokens of this model */
  check(image: ImageTokens, manifest: ImageManifest): readonly Token[] {
    checkHead(image, manifest);
    return checkTokens(image.tokens, manifest);
  },
} as const;

/** @throws a failure for a wrong number of tokens, or one out of range */
export function checkTokens(
  tokens: readonly Token[],
  { name, grid, target }: ImageManifest,
): readonly Token[] {
  const count = grid.rows * grid.columns;
  if (tokens.length !== count)
    throw failure(
      `${tokens.length} tokens are not a picture of ${name}: it takes ${grid.rows} rows of ${grid.columns}, ${count} tokens`,
    );
  checkRange(tokens, target.vocabularySize - 1, (index) => `tokens[${index}]`, `the tokens of ${name}`);
  return tokens;
}
