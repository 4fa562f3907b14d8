// Speculative retrieval beside retrieval that is waited for: questions of Spec-Bench's retrieval category, over all its passages,
// with a retriever as far away as said. Both write the same tokens, which is checked on the way.
import { bm25, loadText, retrievalWriter } from "../dist/text/index.js";
import { counted, paragraphs, percent, tableOf, times } from "./report.mjs";
import { headOf, publish } from "./speed.mjs";
import { mean, sum } from "./stats.mjs";
import { specBench } from "./text/prompts.mjs";

/** Milliseconds that a search takes, however many queries it has. */
const DELAYS = [0, 50, 200, 500];
const EVERY = 16;
const STRIDE = 3;

export async function retrievalBench({ model: name, device, prompts, tokens, out, json }) {
  const model = await loadText(name, { device, warn: console.error });
  const all = specBench().filter(({ category }) => category === "rag");
  const passages = all.flatMap(({ id, prompt }) =>
    prompt
      .split("\n")
      .slice(0, -1)
      .map((text, i) => ({ id: `${id}-${i}`, text })),
  );
  const questions = all.slice(0, Number(prompts ?? 12)).map(({ prompt }) => prompt.split("\n").at(-1));
  const maxTokens = Number(tokens ?? 96);
  const retriever = bm25(passages);
  const rows = [];
  for (const delay of DELAYS) rows.push(await rowOf(model, delayed(retriever, delay), questions, maxTokens));
  const report = {
    ...headOf(model),
    passages: passages.length,
    prompts: questions.length,
    maxTokens,
    every: EVERY,
    stride: STRIDE,
    rows: rows.map((row, i) => ({ delay: DELAYS[i], ...row })),
  };
  await publish(out, "retrieval", {
    report,
    tables: { "retrieval-table.md": tableText(report) },
    charts: [],
    json,
  });
}

/** A retriever that is as far away. */
const delayed = (retriever, ms) => ({
  async search(queries, options) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return retriever.search(queries, options);
  },
});

async function rowOf(model, retriever, questions, maxTokens) {
  const writers = [0, STRIDE].map((stride) => retrievalWriter(model, { retriever, every: EVERY, stride }));
  const walls = [[], []];
  let strays = 0;
  for (const [turn, question] of questions.entries()) {
    const answers = [];
    for (const which of turn % 2 ? [1, 0] : [0, 1]) {
      // Neither finds what the other has read, or said.
      await model.target.clear();
      model.forget();
      const began = performance.now();
      answers[which] = [];
      const pieces = writers[which].write(question, { maxTokens, sampling: { temperature: 0 } });
      for await (const piece of pieces) answers[which].push(...piece.tokens);
      walls[which].push(performance.now() - began);
    }
    if (answers[0].join() !== answers[1].join()) strays++;
    if (process.stderr.isTTY) process.stderr.write(`\r${turn + 1} of ${questions.length} questions`);
  }
  const [waiting, speculated] = writers.map(({ figures }) => figures);
  return {
    waiting,
    speculated,
    seconds: walls.map((all) => mean(all) / 1000),
    speedup: sum(walls[0]) / sum(walls[1]),
    strays,
  };
}

function tableText({ machine, model, passages, prompts, maxTokens, every, stride, rows }) {
  const setting = `Model ${model}, temperature 0, ${counted(prompts, "question")} of Spec-Bench over its ${counted(passages, "passage")}, up to ${maxTokens} tokens, a passage for every ${every}, up to ${stride} queries a search. ${machine}.`;
  const columns = [
    ["a search takes, ms", ({ delay }) => delay],
    ["searches, waiting", ({ waiting }) => waiting.searches],
    ["searches, speculated", ({ speculated }) => speculated.searches],
    ["passages guessed right", ({ speculated }) => percent(speculated.right / speculated.steps, 0)],
    ["tokens in vain", ({ speculated }) => speculated.wasted],
    ["s an answer, waiting", ({ seconds }) => seconds[0].toFixed(2)],
    ["speculated", ({ seconds }) => seconds[1].toFixed(2)],
    ["speed-up", ({ speedup }) => times(speedup)],
  ];
  const strays = sum(rows.map((row) => row.strays));
  if (strays > 0) process.exitCode = 1;
  const same = strays
    ? `**Not identical:** ${strays} answers differ from those that waited.`
    : "All answers are those that waited for each search, token for token.";
  return paragraphs(setting, tableOf(columns, rows), same);
}
