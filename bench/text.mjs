// Plain decoding against each drafter on Spec-Bench's prompts: same seeds, alternating; identical output is checked on the
// way. Reading the prompt is not counted: it takes the same time whoever drafts. Beside it node-llama-cpp on the same GGUF.
import { lookahead, lookup, recycling, spans, suffix } from "../dist/drafters/index.js";
import { loadText } from "../dist/text/index.js";
import { ceilings, drafterNames } from "./contest.mjs";
import { counted, paragraphs, percent, tableOf, times } from "./report.mjs";
import { headOf, lengthFile, panels, publish, race, raceText } from "./speed.mjs";
import { median, sum } from "./stats.mjs";
import { agreement, agreementText } from "./text/agreement.mjs";
import { bareLoop } from "./text/bare.mjs";
import { javascriptLine, javascriptShares } from "./text/javascript.mjs";
import { openLlama, openTransformers } from "./text/others.mjs";
import { categoriesOf, specBench } from "./text/prompts.mjs";
import { longContexts, longLine, readingLine, readings } from "./text/reading.mjs";
import { write } from "./text/run.mjs";
import { costCurve, LONGEST, temperaturesOf, textSetup } from "./text/setup.mjs";

/** Those that need nothing but the prompt or what comes with the model. What they learn from answers begins with nothing. */
const DRAFTERS = {
  auto: () => "auto",
  eagle: (model) => model.drafter("eagle"),
  ngrams: (model) => model.drafter("ngrams"),
  lookup: () => lookup(),
  suffix: () => suffix(),
  recycling: () => recycling(),
  spans: promptSpans,
  lookahead: () => lookahead(),
};

/** Draft lengths to compare the plan with. */
const LENGTHS = [1, 2, 4, 8];
/** Prompts on which node-llama-cpp's likeliest tokens are compared with ours, as many a category. */
const COMPARED = 1;

export async function textBench(options) {
  const { out, model: name, device, gguf, transformers: folder, drafter: only, json } = options;
  const model = await loadText(name, { device, warn: console.error });
  const items = specBench(options.all ? undefined : Number(options.prompts ?? 10));
  const [maxTokens, rounds] = [Number(options.tokens ?? 128), Number(options.rounds ?? 1)];
  const drafters = drafterNames({ none: "", ...DRAFTERS }, only);
  const { measured, cost } = await costCurve(model.target);
  const llama = await openLlama(gguf, model.target.contextLength);
  const transformers = await openTransformers(folder);
  const parts = [];
  for (const degree of temperaturesOf(options))
    parts.push(await part(model, { degree, drafters, items, maxTokens, rounds, cost, llama, transformers }));
  const report = {
    ...headOf(model),
    prompts: items.length,
    maxTokens,
    rounds,
    sampling: model.manifest.sampling,
    ceiling: ceilings(measured, cost),
    bare: await bareLoop(model, items[0], maxTokens),
    reading: await readings(model, llama),
    behind: await longContexts(model),
    parts,
    agreement: llama && (await agreement(model, llama, specBench(COMPARED))),
  };
  llama?.close();
  transformers?.close();
  const tables = Object.assign({}, ...parts.map((one) => tablesOf(report, one)));
  if (report.agreement) tables["text-agreement.md"] = agreementText(report.agreement);
  await publish(out, "text", { report, tables, charts: parts.map((one) => panels(one)), json });
}

const freshDrafter = (name, model) => (name === "none" ? name : DRAFTERS[name](model));

/** Spans of the prompt itself: what a text is to be translated from, summed up or answered by. */
function promptSpans() {
  const inner = spans();
  const start = (setup) => {
    const { encoded } = setup;
    return inner.start({ ...setup, encoded: { ...encoded, reference: encoded.tokens } });
  };
  return { ...inner, start };
}

async function part(model, { degree, drafters, items, maxTokens, rounds, cost, llama, transformers }) {
  const peers = degree === 0 ? peersOf(llama, transformers) : [];
  let plain;
  const result = await race(model, {
    drafters,
    planned: drafters.includes(model.defaultDrafter) ? model.defaultDrafter : undefined,
    lengths: LENGTHS,
    measuring: { maxDepth: LONGEST },
    cost,
    setUp: async (name) =>
      textSetup(model, { drafter: await freshDrafter(name, model), temperature: degree }),
    items,
    rounds,
    // Who sees a prompt twice may remember its answer.
    warm: 0,
    nouns: `answers at temperature ${degree}`,
    others: peers,
    run({ setup, ask }, item, index) {
      if (ask) return ask(model, item, maxTokens);
      // The model's own drafter serves several contenders, each of which would find the others' answers.
      model.forget();
      return write(model, item, { maxTokens, setup, index });
    },
    figures(contender, first) {
      plain = first;
      return { categories: byCategory(contender, plain, items) };
    },
  });
  return {
    temperature: degree,
    ...result,
    javascript: await javascriptShares(model, specBench(1), { temperature: degree, maxTokens }),
    peers: peers.map((one) => peerRow(one, plain, items)),
  };
}

/** Contenders that are other programs. */
function peersOf(llama, transformers) {
  const peer = (name, program, lookup = false) => ({
    name,
    ask: (model, { prompt }, most) =>
      program.ask({ tokens: model.chat([{ role: "user", content: prompt }]), most, lookup }),
  });
  return [
    ...(llama ? [peer("node-llama-cpp", llama), peer("node-llama-cpp, lookup", llama, true)] : []),
    ...(transformers ? [peer("transformers.js", transformers)] : []),
  ];
}

/** Of all answers of a category: tokens a pass, and how many times less time they took. */
export function byCategory(contender, plain, items) {
  const time = ({ runs }, i) => median(runs[i].map(({ metrics }) => metrics.time.total / metrics.tokens));
  return categoriesOf(items).map((category) => {
    const its = [...items.keys()].filter(
      (i) => items[i].category === category && plain.runs[i][0].metrics.tokens > 0,
    );
    const weight = (i) => plain.runs[i][0].metrics.tokens;
    const total = (who) => sum(its.map((i) => weight(i) * time(who, i)));
    const first = its.map((i) => contender.runs[i][0].metrics);
    return {
      category,
      tokensPerPass: sum(first.map(({ tokens }) => tokens)) / sum(first.map(({ passes }) => passes)),
      speedup: total(plain) / total(contender),
    };
  });
}

function peerRow({ name, runs }, plain, items) {
  const perToken = (run) => run.generation / Math.max(1, run.tokens.length - 1);
  const own = (i) => median(plain.runs[i].map(({ metrics }) => metrics.time.total / metrics.tokens));
  const its = [...items.keys()].filter((i) => runs[i][0].tokens.length > 8);
  return {
    name,
    msPerToken: median(its.map((i) => median(runs[i].map(perToken)))),
    ownMsPerToken: median(its.map(own)),
    faster: median(its.map((i) => median(runs[i].map(perToken)) / own(i))),
  };
}

const COLUMNS = {
  tokens: "tokens",
  item: "answer",
  cost: ["ms a token", (row) => row.msPerToken.toFixed(2)],
  all: ["worst category", (row) => times(Math.min(...row.categories.map(({ speedup }) => speedup)))],
};

function categoryTable(rows) {
  const names = rows[0].categories.map(({ category }) => category);
  const cell = ({ speedup, tokensPerPass }) => `${times(speedup)} (${tokensPerPass.toFixed(2)})`;
  const columns = [
    ["drafter: speed-up (tokens a pass)", ({ name }) => name],
    ...names.map((category, i) => [category, (row) => cell(row.categories[i])]),
  ];
  return tableOf(columns, rows.slice(1));
}

function tablesOf(
  { machine, model, device, prompts, maxTokens, rounds, ceiling, bare, reading, behind, sampling },
  one,
) {
  const { temperature, peers, rows } = one;
  const topP = temperature > 0 && sampling.topP ? `, top-p ${sampling.topP} as is the model's default` : "";
  const setting = `Model ${model}, temperature ${temperature}${topP}, ${counted(prompts, "prompt")} of Spec-Bench, up to ${maxTokens} tokens, ${counted(rounds, "round")}, ${device}. ${machine}.`;
  const bareLine = `A bare loop of session.run takes ${bare.bare.toFixed(2)} ms a token, our plain decoding ${bare.own.toFixed(2)} (${percent(bare.own / bare.bare - 1)} more).`;
  return {
    [`text-t${temperature}.md`]: paragraphs(
      raceText(setting, COLUMNS, one, ceiling),
      categoryTable(rows),
      bareLine,
      javascriptLine(one.javascript),
      readingLine(reading),
      longLine(behind),
      ...peers.map(
        (row) =>
          `${row.name} takes ${row.msPerToken.toFixed(2)} ms a token, our plain decoding ${row.ownMsPerToken.toFixed(2)}: ${times(row.faster)} as fast.`,
      ),
    ),
    ...lengthFile("text", one),
  };
}
