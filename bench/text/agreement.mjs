// Whether the converted model is the GGUF's: the likeliest tokens behind our own answers, ours and node-llama-cpp's.
import { counted, percent, tableOf } from "../report.mjs";
import { forcedRows } from "./forced.mjs";
import { write } from "./run.mjs";

const MOST = 64;

/** @returns how often both agree, and where they do not: the margin is the difference of our logits */
export async function agreement(model, llama, items) {
  let rows = 0;
  const different = [];
  for (const item of items) {
    const { tokens, prompt } = await write(model, item, { maxTokens: MOST, temperature: 0, drafter: "none" });
    const { next } = await llama.ask({ tokens: [...prompt, ...tokens.slice(0, -1)], force: tokens.length });
    const logits = await forcedRows(model.target, prompt, tokens.slice(0, -1));
    for (const [i, token] of tokens.entries()) {
      rows++;
      if (next[i] !== token) different.push(difference(model, item, i, token, next[i], logits(i)));
    }
  }
  return { rows, prompts: items.length, different };
}

const difference = (model, { id }, place, own, other, row) => ({
  id,
  place,
  own: model.decode([own]),
  other: model.decode([other]),
  margin: row[own] - row[other],
});

export function agreementText({ rows, prompts, different }) {
  const share = percent(1 - different.length / rows);
  const head = `Behind ${rows} tokens of our answers to ${counted(prompts, "prompt")}, node-llama-cpp finds the same token likeliest in ${share}; elsewhere our logits differ by so much:`;
  const columns = [
    ["prompt", ({ id }) => id],
    ["token", ({ place }) => place],
    ["ours", ({ own }) => `\`${JSON.stringify(own)}\``],
    ["theirs", ({ other }) => `\`${JSON.stringify(other)}\``],
    ["margin", ({ margin }) => margin.toFixed(2)],
  ];
  return different.length ? `${head}\n\n${tableOf(columns, different)}` : head;
}
