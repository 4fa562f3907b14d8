import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { manifestOf, TEMPLATE, toyTokenizer } from "./toy.js";

/** Makes a folder of a model, as far as its tokens go: there is no graph in it. */
export function modelFolder(path: string, tokens = toyTokenizer(), vocabularySize?: number): string {
  mkdirSync(path);
  const files = { "tokenizer.json": tokens, "chat_template.jinja": TEMPLATE };
  for (const [file, content] of Object.entries(files)) writeFileSync(join(path, file), content);
  const listed = Object.entries(files).map(([file, content]) => [
    file,
    { bytes: Buffer.byteLength(content), sha256: createHash("sha256").update(content).digest("hex") },
  ]);
  const manifest = {
    ...manifestOf(400, vocabularySize),
    name: basename(path),
    files: Object.fromEntries(listed),
  };
  writeFileSync(join(path, "model.json"), JSON.stringify(manifest));
  return path;
}
