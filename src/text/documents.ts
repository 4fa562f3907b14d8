import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { z } from "zod";
import { reading } from "../files/problems.js";
import { decodeUtf8 } from "../files/text.js";
import { parseJson } from "../runtime/json.js";

const recordSchema = z.looseObject({ text: z.string() });

/**
 * Documents of files, one after the other: a .jsonl file has one a line, { text }, as the answers of a batch have; any other
 * file is one document.
 *
 * @throws failures that name the file, and the line of a record without a text
 */
export async function* readDocuments(paths: Iterable<string>): AsyncGenerator<string, void, undefined> {
  for (const path of paths) {
    const content = decodeUtf8(await reading(path, readFile(path)), path);
    if (extname(path).toLowerCase() !== ".jsonl") {
      yield content;
      continue;
    }
    for (const [i, line] of content.split("\n").entries()) {
      if (line.trim() === "") continue;
      const { text } = parseJson(recordSchema, line, `${path}, line ${i + 1},`, {
        isNot: "is no document",
        wayOut: 'give a line such as {"text": "The sky is blue."}',
      });
      yield text;
    }
  }
}
