import { readFileSync } from "node:fs";
import { usage } from "../core/errors.js";
import type { Drafter, Model } from "../core/types.js";
import * as drafters from "../drafters/index.js";
import type { OpenedParts } from "../medium/open.js";
import { type LanguageModelShape, languageModel } from "../runtime/language-model.js";
import { openSession } from "../runtime/ort.js";
import { findTextModel, type TextManifest } from "./manifest.js";
import type { TextEncoded } from "./modality.js";
import type { TextDrafterName } from "./names.js";
import { readTokenizer, sameVocabulary } from "./tokenizer.js";

type Maker = () => Promise<Drafter<TextEncoded>>;

/** Those of `TEXT_DRAFTERS` that can be made. */
type Made = Extract<TextDrafterName, "lookup" | "model" | "none">;

/** How the drafters of a text model are made. @param draft a model of the same tokens: name or path */
export const textDrafters =
  (draft: string | undefined) =>
  (parts: OpenedParts<TextManifest>): Readonly<Record<Made, Maker>> => {
    const small = () => (draft === undefined ? ownSmall(parts) : otherSmall(draft, parts));
    return {
      lookup: async () => drafters.lookup(),
      model: async () => drafters.model(await small()),
      none: async () => drafters.none(),
    };
  };

async function ownSmall({ manifest, small }: OpenedParts<TextManifest>): Promise<Model> {
  const { name, draft } = manifest;
  if (!draft)
    throw usage(
      `the model "${name}" has no small model to draft for it: name one (draft), or another drafter`,
    );
  return languageModel(await small(draft.graph), draft as LanguageModelShape);
}

/** @throws a usage error that names the first token which differs */
async function otherSmall(nameOrPath: string, { manifest, file }: OpenedParts<TextManifest>): Promise<Model> {
  const other = findTextModel(nameOrPath);
  const read = (path: string) => readTokenizer(readFileSync(path, "utf8"), path);
  sameVocabulary(
    { name: other.manifest.name, tokenizer: read(other.file(other.manifest.tokenizer)) },
    { name: manifest.name, tokenizer: read(file(manifest.tokenizer)) },
  );
  const { target } = other.manifest;
  // One thread: two models whose threads spin would slow each other.
  const session = await openSession(other.file(target.graph), { threads: 1, quiet: true });
  return languageModel(session, target as LanguageModelShape);
}
