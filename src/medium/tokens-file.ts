import { z } from "zod";
import { failure, usage } from "../core/errors.js";
import type { Token } from "../core/types.js";
import { parseJson } from "../runtime/json.js";
import type { Manifest } from "../runtime/manifest.js";

/** What every file of tokens says of the model they belong to. */
export const headSchema = {
  /** Name and version of the model whose tokens these are. */
  model: z.string(),
  version: z.string(),
  /** SHA-256 of that model's decoder: the same number means the same patch. */
  checksum: z.string(),
};

export type Head = Readonly<z.infer<z.ZodObject<typeof headSchema>>>;

type Decoding = Manifest & { readonly decoder: { readonly graph: string } };

export const headOf = ({ name, version, files, decoder }: Decoding): Head => ({
  model: name,
  version,
  checksum: files[decoder.graph].sha256,
});

/** Tokens as text, and back. @param what they are: "image tokens" */
export const tokensFile = <T>(schema: z.ZodType<T>, what: string) => ({
  /** @throws a failure that names the source and what is wrong in it */
  parse: (json: string, name = "the text"): T =>
    parseJson(schema, json, name, { isNot: `holds no ${what}`, wayOut: "give tokens that foretoken saved" }),

  stringify: (tokens: T): string => `${JSON.stringify(tokens)}\n`,
});

/** @throws an error that says why these are not tokens of this model */
export function checkHead({ model, version, checksum }: Head, manifest: Decoding): void {
  if (model !== manifest.name)
    throw usage(`these are tokens of the model "${model}", not of "${manifest.name}": load that one`);
  if (checksum !== headOf(manifest).checksum)
    throw failure(
      `these tokens were made with ${model} ${version}, and here is ${manifest.name} ${manifest.version}, whose patches differ: make them again`,
    );
}

/** @throws a failure for the first token that is no whole number from 0 to `last`, by its `place` */
export function checkRange(
  tokens: readonly Token[],
  last: Token,
  place: (index: number) => string,
  whose: string,
): void {
  const wrong = tokens.findIndex((token) => !(Number.isInteger(token) && token >= 0 && token <= last));
  if (wrong >= 0) throw failure(`${place(wrong)} is ${tokens[wrong]}, and ${whose} go from 0 to ${last}`);
}
