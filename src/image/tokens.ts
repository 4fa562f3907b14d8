import { z } from "zod";
import { failure } from "../core/errors.js";
import type { Token } from "../core/types.js";
import { checkProvenance, checksumOf } from "../medium/provenance.js";
import { parseJson } from "../runtime/json.js";
import type { ImageManifest } from "./manifest.js";

const FORMAT = "foretoken-image-tokens";

const schema = z.object({
  format: z.literal(FORMAT),
  /** Name and version of the model whose tokens these are. */
  model: z.string(),
  version: z.string(),
  /** SHA-256 of that model's decoder: the same number means the same patch. */
  checksum: z.string(),
  rows: z.number().int().positive(),
  columns: z.number().int().positive(),
  /** Row by row from the top, each from the left. */
  tokens: z.array(z.number().int().nonnegative()).readonly(),
});

/** The tokens of a picture, and the model they belong to. */
export type ImageTokens = Readonly<z.infer<typeof schema>>;

export const ImageTokens = {
  of(tokens: readonly Token[], manifest: ImageManifest): ImageTokens {
    const { name, version, grid } = manifest;
    const checksum = checksumOf(manifest);
    return {
      format: FORMAT,
      model: name,
      version,
      checksum,
      rows: grid.rows,
      columns: grid.columns,
      tokens: [...tokens],
    };
  },

  /** @throws a failure that names the source and what is wrong in it */
  parse(json: string, name = "the text"): ImageTokens {
    return parseJson(schema, json, name, {
      isNot: "holds no image tokens",
      wayOut: "give tokens that foretoken saved",
    });
  },

  stringify: (tokens: ImageTokens): string => `${JSON.stringify(tokens)}\n`,

  /** @throws an error that says why these are not tokens of this model */
  check(image: ImageTokens, manifest: ImageManifest): readonly Token[] {
    checkProvenance(image, manifest);
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
  const wrong = tokens.findIndex(
    (token) => !(Number.isInteger(token) && token >= 0 && token < target.vocabularySize),
  );
  if (wrong >= 0)
    throw failure(
      `tokens[${wrong}] is ${tokens[wrong]}, and the tokens of ${name} go from 0 to ${target.vocabularySize - 1}`,
    );
  return tokens;
}
