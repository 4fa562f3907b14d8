// What each way to verify brings in tokens a pass and time, and what it does to the text: plain decoding and each verifier on
// Spec-Bench's prompts with the same drafter and the same number of guesses a pass.
import { fixedLength } from "../dist/plans/index.js";
import { loadText } from "../dist/text/index.js";
import { block, lenient, rejection, rollback, tolerance, topk, typical } from "../dist/verifiers/index.js";
import { contest, summarise } from "./contest.mjs";
import { counted, paragraphs, percent, save, strayLine, tableOf, times } from "./report.mjs";
import { headOf } from "./speed.mjs";
import { mathsAnswers, specBench } from "./text/prompts.mjs";
import { quality, surprise } from "./text/quality.mjs";
import { write } from "./text/run.mjs";
import { temperaturesOf, textSetup } from "./text/setup.mjs";

/** Guesses a pass, in trees twice as many: a number that varies would make what is not identical depend on the clock. */
const LENGTH = 4;
const WIDTH = 2;
/** Seeds of another run of plain decoding's distribution: what chance alone changes. */
const OTHERS = 1000;

const LOSSLESS = { rejection, block };
/** At their authors' settings, where there are some: SpecDec's (3, 1), Medusa's epsilon. */
const RELAXED = {
  "topk 3": () => topk({ k: 3 }),
  "topk 3, margin 1": () => topk({ k: 3, margin: 1 }),
  "rollback 2": () => rollback({ distance: 2 }),
  "rollback 4": () => rollback({ distance: 4 }),
  "rollback 4, 1 in a row": () => rollback({ distance: 4, mismatches: 1 }),
  "typical 0.3": () => typical({ epsilon: 0.3 }),
  "typical 0.09": () => typical({ epsilon: 0.09 }),
  "lenient 0.5": () => lenient({ lenience: 0.5 }),
  "tolerance 0.1": () => tolerance({ beta: 0.1 }),
};

/** Chains on the form that ships, trees on the one whose scores of trees are exact. */
const PARTS = [
  { drafter: "eagle", shape: "chain" },
  { drafter: "auto", shape: "chain" },
  { drafter: "auto", shape: "tree", weights: "float32" },
];

export async function verifiersBench(options) {
  const { model: name, device, out, drafter: only, json } = options;
  const items = specBench(options.all ? undefined : Number(options.prompts ?? 5));
  const [maxTokens, rounds] = [Number(options.tokens ?? 192), Number(options.rounds ?? 1)];
  const degrees = temperaturesOf(options);
  const report = { prompts: items.length, maxTokens, rounds, parts: [] };
  const tables = () =>
    Object.fromEntries(
      degrees
        .filter((degree) => report.parts.some(({ temperature }) => temperature === degree))
        .map((degree) => [`verifiers-t${degree}.md`, markdown(report, degree)]),
    );
  for (const part of PARTS.filter(({ drafter }) => !only || only.includes(drafter))) {
    const model = await loadText(name, { device, weights: part.weights, warn: console.error });
    Object.assign(report, headOf(model));
    for (const temperature of degrees) {
      report.parts.push(await measured(model, { ...part, temperature, items, maxTokens, rounds }));
      // After each: a run that is stopped leaves what it has measured.
      save(out, { "verifiers.json": report, ...tables() });
    }
  }
  console.log(json ? JSON.stringify(report, null, 1) : paragraphs(...Object.values(tables())));
}

/** Plain decoding, lossless verifiers, relaxed ones; of trees those that judge them. */
async function contenders(model, { drafter, shape, temperature }) {
  const enter = async (name, { make, isExact = false, offset, planned = shape === "tree" } = {}) => {
    const draftLength = planned ? undefined : LENGTH;
    const verifier = make?.();
    const setup = await textSetup(model, { drafter, draftLength, temperature, verifier });
    const plan = shape === "tree" ? fixedLength(LENGTH, WIDTH) : setup.plan;
    return { name, setup: { ...setup, plan }, isExact, offset };
  };
  const plain = {
    name: "none",
    setup: await textSetup(model, { drafter: "none", temperature }),
    isExact: true,
  };
  const identical = await enter("identical", { isExact: true });
  const all = [plain, identical];
  if (shape === "chain") all.push(await enter("identical, planned", { isExact: true, planned: true }));
  if (temperature > 0)
    all.push({ ...identical, name: "identical, other seeds", isExact: false, offset: OTHERS });
  const judges = (make) => shape === "chain" || make().shape === "tree";
  for (const [name, make] of Object.entries(LOSSLESS).filter(([, make]) => judges(make)))
    all.push(await enter(name, { make, isExact: temperature === 0 }));
  for (const [name, make] of Object.entries(RELAXED).filter(([, make]) => judges(make)))
    all.push(await enter(name, { make }));
  return all;
}

async function measured(model, { items, maxTokens, rounds, weights = "8-bit", ...part }) {
  const all = await contenders(model, part);
  await contest({
    contenders: all,
    items,
    rounds,
    // Who sees a prompt twice may remember its answer.
    warm: 0,
    nouns: `answers, ${part.drafter}, ${part.shape}s, temperature ${part.temperature}`,
    run({ setup, offset = 0 }, item, index) {
      model.forget();
      return write(model, item, { maxTokens, setup, index, seed: 1 + offset });
    },
  });
  const [plain] = all;
  const tokensOf = ({ runs }) => runs.map(([{ tokens }]) => tokens);
  const answers = mathsAnswers();
  const right = items.map(({ id }) => answers[id]);
  const rows = [];
  for (const contender of all) {
    const { strays, ...figures } = summarise(contender, plain);
    const surprises = [];
    for (const [{ prompt, tokens }] of contender.runs)
      surprises.push(await surprise(model.target, prompt, tokens));
    rows.push({
      ...figures,
      strays: contender.isExact ? strays : 0,
      ...quality({
        answers: tokensOf(contender),
        plain: tokensOf(plain),
        surprises,
        right,
        decode: model.decode,
      }),
    });
  }
  return { ...part, weights, rows };
}

const COLUMNS = [
  ["verifier", ({ name }) => (name === "none" ? "none (plain)" : name)],
  ["tokens a pass", (row) => row.tokensPerPass.toFixed(2)],
  ["accepted", (row) => (row.name === "none" ? "" : percent(row.acceptanceRate))],
  ["speed-up", (row) => times(row.speedup)],
  ["perplexity", (row) => row.perplexity.toFixed(3)],
  ["equal answers", (row) => percent(row.sameAnswers, 0)],
  ["equal tokens", (row) => percent(row.sameTokens, 0)],
  ["maths right", ({ right, asked }) => `${right} of ${asked}`],
  ["as plain", ({ asPlain, asked }) => `${asPlain} of ${asked}`],
];

const guesses = (shape) =>
  shape === "tree"
    ? `trees of ${LENGTH * WIDTH} guesses, ${LENGTH} deep at most`
    : `${LENGTH} guesses a pass`;

function markdown({ machine, model, device, prompts, maxTokens, parts }, degree) {
  const its = parts.filter(({ temperature }) => temperature === degree);
  return paragraphs(
    `Model ${model}, temperature ${degree}, ${counted(prompts, "prompt")} of Spec-Bench, up to ${maxTokens} tokens, ${device}. ${machine}.`,
    ...its.flatMap(({ drafter, shape, weights, rows }) => [
      `Drafter ${drafter}, ${weights} weights, ${guesses(shape)}:`,
      tableOf(COLUMNS, rows),
      strayLine(rows, "tokens"),
    ]),
  ).trim();
}
