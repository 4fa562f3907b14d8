// Every method of drafting that text has, each in turn with plain decoding on Spec-Bench's prompts; the other media's from their
// own benches. Written down after each method: a run that was stopped goes on where it was.
import { existsSync, readFileSync } from "node:fs";
import { METHODS } from "../dist/methods/index.js";
import { loadText } from "../dist/text/index.js";
import { ceilings } from "./contest.mjs";
import { ceilingsTable, chartsOf, mediaTable, methodsTable, mixtureTable } from "./methods/tables.mjs";
import { chosen, goOn, lacking, left } from "./methods/work.mjs";
import { save } from "./report.mjs";
import { headOf, publish, race } from "./speed.mjs";
import { specBench } from "./text/prompts.mjs";
import { write } from "./text/run.mjs";
import { costCurve, temperaturesOf, textSetup } from "./text/setup.mjs";
import { byCategory } from "./text.mjs";

export async function methodsBench(options) {
  const { out, model: name, device, weights, datastore, drafter, json } = options;
  const model = await loadText(name, { device, weights, datastore, warn: console.error });
  const items = specBench(options.all ? undefined : Number(options.prompts ?? 5));
  const maxTokens = Number(options.tokens ?? 96);
  const setting = { ...headOf(model), weights: weights ?? "8-bit", prompts: items.length, maxTokens };
  const named = chosen(drafter);
  const report = goOn(read(`${out}/methods.json`), setting, named);
  if (!report.ceiling) {
    const { measured: times, cost } = await costCurve(model.target);
    report.ceiling = ceilings(times, cost);
  }
  report.lacking = await lacking(model);
  for (const work of left(report, named, temperaturesOf(options))) {
    console.error(`${work.drafter} at temperature ${work.temperature}`);
    report.rows.push({ ...work, ...(await measured(model, work, items, maxTokens)) });
    save(out, { "methods.json": report });
  }
  const media = Object.fromEntries(
    ["speech", "image", "video"].map((kind) => [kind, read(`${out}/${kind}.json`)]),
  );
  const tables = {
    "methods-table.md": methodsTable(report, model.manifest),
    // Drafters that take turns in one run compare better than those of runs of their own.
    "methods-categories.md": mixtureTable(raced(read(`${out}/text.json`)) ?? report),
    "methods-ceiling.md": ceilingsTable(report),
    "methods-media.md": mediaTable(METHODS, media),
  };
  await publish(out, "methods", { report, tables, charts: chartsOf(report), json });
}

/** What the bench of text has measured, as rows of this one. */
const raced = (text) =>
  text && {
    rows: text.parts.flatMap(({ temperature, rows }) =>
      rows.slice(1).map((row) => ({ ...row, drafter: row.name, temperature })),
    ),
  };

const read = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined);

/** A drafter beside plain decoding; what it learns it keeps from prompt to prompt, and begins without. */
async function measured(model, { drafter, temperature }, items, maxTokens) {
  model.forget();
  const { rows } = await race(model, {
    drafters: ["none", drafter],
    setUp: (name) => textSetup(model, { drafter: name, temperature }),
    items,
    rounds: 1,
    // Who sees a prompt twice may remember its answer.
    warm: 0,
    nouns: "answers",
    run: ({ setup }, item, index) => write(model, item, { maxTokens, setup, index }),
    figures: (contender, plain) => ({ categories: byCategory(contender, plain, items) }),
  });
  return rows[1];
}
