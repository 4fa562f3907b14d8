// How drafters that learn while they serve come on: tokens a pass from answer to answer, over prompts of one kind, and where the
// kind changes in the middle. The target's answers are the same whoever drafts: they are decoded plainly once, kept in work/, and
// replayed to every drafter (see online/replay.mjs).
import { fileURLToPath } from "node:url";
import { addMetrics } from "../dist/core/index.js";
import { mixture, ngrams, osd, recycling, suffix } from "../dist/drafters/index.js";
import { findTextModel, loadText } from "../dist/text/index.js";
import { readNgramTable } from "../dist/text/ngram-table.js";
import { answerPanel } from "./charts.mjs";
import { answersOf } from "./online/answers.mjs";
import { KINDS, shuffled, things } from "./online/prompts.mjs";
import { LENGTH, replay } from "./online/replay.mjs";
import { paragraphs, tableOf } from "./report.mjs";
import { headOf, publish } from "./speed.mjs";
import { mean } from "./stats.mjs";

/** Those that know nothing beforehand, and the model's default with one or the other learner in it. */
const DRAFTERS = {
  osd: () => osd(),
  "osd, counts only": () => osd({ steps: 0 }),
  recycling: () => recycling(),
  suffix: () => suffix(),
  "suffix, ngrams, recycling (auto)": (table) => mixture(suffix(), ngrams(table), recycling()),
  "suffix, ngrams, counts": (table) => mixture(suffix(), ngrams(table), osd({ steps: 0 })),
  "suffix, ngrams, osd": (table) => mixture(suffix(), ngrams(table), osd()),
};
/** Points of a curve. */
const POINTS = 20;

export async function onlineBench({ model: name, device, prompts, tokens, out, json, drafter: only }) {
  const model = await loadText(name, { device, warn: console.error });
  const [count, maxTokens] = [Number(prompts ?? 500), Number(tokens ?? 48)];
  const all = shuffled(things(count));
  const half = Math.ceil(count / 2);
  const shop = all.map(KINDS.shop);
  const series = {
    "one kind": shop,
    "another kind": [...shop.slice(0, half), ...all.slice(half).map(KINDS.story)],
  };
  const { version } = model.manifest;
  const file = fileURLToPath(new URL(`../work/online/${model.name}-${version}.json`, import.meta.url));
  const table = ownTable(model.name);
  const parts = [];
  for (const [title, texts] of Object.entries(series)) {
    const answers = await answersOf(model, texts, { file, maxTokens });
    const rows = [];
    for (const [drafter, make] of Object.entries(DRAFTERS))
      if (!only || only.includes(drafter)) rows.push(await rowOf(drafter, make(table), answers, model));
    parts.push({ title, rows });
  }
  const report = { ...headOf(model), prompts: count, maxTokens, guesses: LENGTH, parts };
  const tables = { "online-one.md": oneTable(report), "online-other.md": otherTable(report) };
  const charts = parts.map(({ title, rows }) => ({ panels: [answerPanel(title, rows)] }));
  await publish(out, "online", { report, tables, charts, json });
}

/** The table that comes with the model. */
function ownTable(name) {
  const { manifest, file } = findTextModel(name);
  return readNgramTable(file(manifest.ngrams.file), manifest.ngrams);
}

async function rowOf(name, drafter, answers, { target: { vocabularySize } }) {
  const runs = [];
  for (const answer of answers) runs.push(await replay(answer, drafter, vocabularySize));
  const { time, passes, tokensPerPass } = addMetrics(runs);
  const size = Math.ceil(runs.length / POINTS);
  const starts = Array.from({ length: Math.ceil(runs.length / size) }, (_, i) => i * size);
  return {
    name,
    tokensPerPass,
    draftPerPass: time.draft / passes,
    learning: mean(runs.map(({ learning }) => learning)),
    fifths: parted(runs, 5),
    sixths: parted(runs, 6),
    curve: starts.map((answer) => ({ answer, tokensPerPass: perPass(runs.slice(answer, answer + size)) })),
  };
}

const perPass = (runs) => addMetrics(runs).tokensPerPass;

/** Tokens a pass of so many parts of the runs. */
const parted = (runs, count) =>
  Array.from({ length: count }, (_, i) =>
    perPass(runs.slice(Math.floor((i * runs.length) / count), Math.floor(((i + 1) * runs.length) / count))),
  );

const rounded = (value) => value.toFixed(2);

function oneTable({ machine, model, prompts, maxTokens, guesses, parts: [{ rows }] }) {
  const setting = `Model ${model}, temperature 0, ${prompts} prompts of one kind, answers of up to ${maxTokens} tokens, ${guesses} guesses a pass. ${machine}.`;
  const columns = [
    ["drafter: tokens a pass", ({ name }) => name],
    ...["first fifth", "2nd", "3rd", "4th", "last fifth"].map((title, i) => [
      title,
      ({ fifths }) => rounded(fifths[i]),
    ]),
    ["drafting, ms a pass", ({ draftPerPass }) => rounded(draftPerPass)],
    ["learning, ms an answer", ({ learning }) => learning.toFixed(1)],
  ];
  return paragraphs(setting, tableOf(columns, rows));
}

function otherTable({ prompts, parts: [, { rows }] }) {
  const columns = [
    ["drafter: tokens a pass", ({ name }) => name],
    ...["first sixth", "2nd", "3rd", "4th, of the other kind", "5th", "last sixth"].map((title, i) => [
      title,
      ({ sixths }) => rounded(sixths[i]),
    ]),
  ];
  return paragraphs(
    `The same where the second half of the ${prompts} prompts is of another kind:`,
    tableOf(columns, rows),
  );
}
