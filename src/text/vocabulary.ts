import { readFileSync } from "node:fs";
import type { TextManifest } from "./manifest.js";
import { readTokenizer, type TextTokenizer } from "./tokenizer.js";

/** Whose tokens something is made of: two vocabularies are the same if their tokenizers' files are. */
export interface VocabularyId {
  /** A model that has it, for messages. */
  readonly model: string;
  /** SHA-256 of its tokenizer.json. */
  readonly tokenizer: string;
  /** Tokens that the model knows. */
  readonly size: number;
}

export const vocabularyOf = ({
  name,
  files,
  tokenizer,
  target,
}: Pick<TextManifest, "name" | "files" | "tokenizer" | "target">): VocabularyId => ({
  model: name,
  tokenizer: files[tokenizer]?.sha256 ?? "",
  size: target.vocabularySize,
});

/** Holds any token of a vocabulary in as few bytes as typed arrays allow. */
export const tokenArray = (size: number) => (size <= 2 ** 16 ? Uint16Array : Uint32Array);

interface TokenizerFile {
  readonly manifest: Pick<TextManifest, "tokenizer">;
  /** Path of a file, checked. */
  file(name: string): string;
}

/** A model's tokenizer. @throws a failure that names a wrong or torn file */
export function tokenizerOf({ manifest, file }: TokenizerFile): TextTokenizer {
  const path = file(manifest.tokenizer);
  return readTokenizer(readFileSync(path, "utf8"), path);
}
