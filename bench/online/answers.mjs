// The target's own answers, decoded plainly once and kept: they are the same whoever drafts, so that every drafter can be
// shown them again without a pass.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { topOf } from "../../dist/drafters/top.js";
import { write } from "../text/run.mjs";
import { textSetup } from "../text/setup.mjs";

/** Of each row so many of the likeliest logits are kept. */
const KEPT = 8;
/** Answers between two times of saving. */
const SAVED = 20;

/** Answers to the prompts: { prompt, tokens, rows: [tokens, logits] by place }. What is in the file is not decoded again. */
export async function answersOf(model, prompts, { file, maxTokens }) {
  const known = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const setup = await textSetup(model, { drafter: "none", temperature: 0 });
  const save = () => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(known));
  };
  let fresh = 0;
  for (const [i, prompt] of prompts.entries()) {
    const key = `${maxTokens} ${prompt}`;
    if (known[key]) continue;
    known[key] = await answer(model, prompt, { maxTokens, setup });
    if (++fresh % SAVED === 0) save();
    if (process.stderr.isTTY) process.stderr.write(`\r${i + 1} of ${prompts.length} answers`);
  }
  if (fresh > 0) save();
  return prompts.map((prompt) => known[`${maxTokens} ${prompt}`]);
}

async function answer(model, text, how) {
  const rows = [];
  const onRound = ({ logits }) => {
    const row = logits(-1);
    const { tokens } = topOf(row, KEPT);
    rows.push([tokens, tokens.map((token) => Number(row[token].toPrecision(9)))]);
  };
  const { prompt, tokens } = await write(model, { prompt: text }, { ...how, onRound });
  return { prompt, tokens, rows };
}
