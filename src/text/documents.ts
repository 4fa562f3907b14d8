import { extname } from "node:path";
import { z } from "zod";
import { numberedLines, readUtf8 } from "../files/text.js";
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
    const content = await readUtf8(path);
    if (extname(path).toLowerCase() !== ".jsonl") {
      yield content;
      continue;
    }
    for (const { line, number } of numberedLines(content)) {
      const { text } = parseJson(recordSchema, line, `${path}, line ${number},`, {
        isNot: "is no document",
        wayOut: 'give a line such as {"text": "The sky is blue."}',
      });
      yield text;
    }
  }
}
