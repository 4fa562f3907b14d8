import { failure, usage } from "../core/errors.js";
import type { Token } from "../core/types.js";
import { buildDatastore, type Datastore } from "../drafters/datastore.js";
import { findTextModel } from "./manifest.js";
import { DEFAULT_TEXT_MODEL } from "./names.js";
import { tokenArray, tokenizerOf, type VocabularyId, vocabularyOf } from "./vocabulary.js";

/** Texts in a model's tokens, to look up what follows what (`rest`). */
export interface TextDatastore extends Datastore {
  readonly vocabulary: VocabularyId;
  readonly documents: number;
}

export interface DatastoreOptions {
  /** Name or path of the model whose tokens are to be used. */
  readonly model?: string;
  readonly signal?: AbortSignal;
  /** Told how much was read, now and then. */
  readonly onProgress?: (progress: { readonly documents: number; readonly tokens: number }) => void;
}

/** Letters that are turned into tokens at once: between such parts others get their turn. */
const PART = 1 << 16;

/**
 * Texts -> a datastore in the tokens of a model, of which only the tokenizer is read. A document ends with the model's end of an
 * answer.
 *
 * @throws usage errors for an unknown model and where there is no text; the signal's reason when aborted
 *
 * @example
 * const store = await buildTextDatastore(readDocuments(["notes.md", "answers.jsonl"]));
 * await writeDatastore("notes.fds", store);
 */
export async function buildTextDatastore(
  documents: Iterable<string> | AsyncIterable<string>,
  { model = DEFAULT_TEXT_MODEL, signal, onProgress }: DatastoreOptions = {},
): Promise<TextDatastore> {
  const found = findTextModel(model);
  const { end } = found.manifest;
  const tokenizer = tokenizerOf(found);
  const vocabulary = vocabularyOf(found.manifest);
  const parts: Token[][] = [];
  let [count, tokens] = [0, 0];
  const add = (part: Token[]) => {
    const wrong = part.find((token) => token >= vocabulary.size);
    if (wrong !== undefined)
      throw failure(
        `the tokenizer of the model "${vocabulary.model}" has a token ${wrong}, and the model knows ${vocabulary.size}: they do not belong together`,
      );
    parts.push(part);
    tokens += part.length;
  };
  for await (const document of documents) {
    if (document === "") continue;
    count++;
    for (const part of partsOf(document)) {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      add(tokenizer.encode(part));
      onProgress?.({ documents: count, tokens });
    }
    add([end[0]]);
  }
  if (count === 0) throw usage("a datastore needs text, and there is none: name files that hold some");
  const all = new (tokenArray(vocabulary.size))(tokens);
  let at = 0;
  for (const part of parts.splice(0)) {
    all.set(part, at);
    at += part.length;
  }
  return { ...buildDatastore(all, end), vocabularySize: vocabulary.size, vocabulary, documents: count };
}

/** A text in parts, cut where lines end and no token reaches across: between two characters that are no white space. */
function* partsOf(text: string): Generator<string> {
  const border = /\S\n(?=\S)/g;
  for (let from = 0; from < text.length; from = border.lastIndex) {
    border.lastIndex = from + PART;
    if (border.lastIndex >= text.length || !border.test(text)) border.lastIndex = text.length;
    yield text.slice(from, border.lastIndex);
  }
}
