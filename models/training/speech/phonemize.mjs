// sentences.tsv -> phonemes.jsonl through the product's own front end, so that training and speaking see the same symbols.
// Usage: node models/training/speech/phonemize.mjs [WORK folder] [processes]   (run `npm run build` first)
import { fork } from "node:child_process";
import { createWriteStream, readFileSync } from "node:fs";
import { normalize } from "../../../dist/speech/frontend/normalize.js";
import { phonemes } from "../../../dist/speech/frontend/phonemes.js";

const [folder = "work/speech", processes = "2", worker] = process.argv.slice(2);
const lines = readFileSync(`${folder}/sentences.tsv`, "utf8").trimEnd().split("\n");

if (worker === undefined) {
  const out = createWriteStream(`${folder}/phonemes.jsonl`);
  let done = 0;
  for (let index = 0; index < Number(processes); index++) {
    fork(process.argv[1], [folder, processes, String(index)]).on("message", (rows) => {
      for (const row of rows) out.write(`${JSON.stringify(row)}\n`);
      done += rows.length;
      process.stderr.write(`\r${done} of ${lines.length}`);
    });
  }
} else {
  let rows = [];
  for (let id = Number(worker); id < lines.length; id += Number(processes)) {
    const [split, , text] = lines[id].split("\t");
    rows.push({ id, split, text, ipa: await phonemes(normalize(text)) });
    if (rows.length === 100) {
      process.send(rows);
      rows = [];
    }
  }
  process.send(rows);
}
