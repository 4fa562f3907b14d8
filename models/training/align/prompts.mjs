// Prompts as a model's tokens, for align: one a line from a file of texts, sentences or captions.
//   node prompts.mjs MODEL FILE > prompts.jsonl      (after npm run build)
// FILE: a prompt a line, or JSON Lines of strings or of objects with `prompt`, `text` or `turns` (its first is taken).
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadImageModel } from "../../../dist/image/index.js";
import { loadVoice, plannedSentences } from "../../../dist/speech/index.js";
import { loadText } from "../../../dist/text/index.js";

/** By kind of model: how to load one, and the requests that a line makes. */
const MEDIA = {
  text: { load: loadText, requests: (_, prompt) => [{ prompt }] },
  speech: { load: loadVoice, requests: (_, text) => plannedSentences(text).map((sentence) => sentence.text) },
  image: { load: loadImageModel, requests: (model, caption) => [{ prompt: model.read(caption) }] },
};

const [path, file] = process.argv.slice(2);
const folder = resolve(path);
const { kind } = JSON.parse(readFileSync(join(folder, "model.json"), "utf8"));
if (!MEDIA[kind]) throw new Error(`${path} is a model of kind "${kind}"; prompts are made for ${Object.keys(MEDIA).join(", ")}`);
const { load, requests } = MEDIA[kind];
const model = await load(folder);

function textOf(line) {
  if (!/^["{]/.test(line)) return line;
  const read = JSON.parse(line);
  return typeof read === "string" ? read : (read.prompt ?? read.text ?? read.turns[0]);
}

const lines = readFileSync(file, "utf8").split("\n").filter((line) => line.trim());
for (const line of lines)
  for (const request of requests(model, textOf(line))) {
    const { tokens } = await model.modality.encode(request);
    console.log(JSON.stringify(tokens));
  }
