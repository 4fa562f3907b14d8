// Plain decoding against each drafter: same captions, same seeds, alternating; identical output is checked on the way.
import { IMAGE_DRAFTERS } from "../../dist/image/index.js";
import { measureCost, passCost } from "../../dist/runtime/index.js";
import { chart, drafterPanels, lengthPanel } from "../charts.mjs";
import { ceilings, contest, drafterNames, enter, summarise } from "../contest.mjs";
import { machine } from "../machine.mjs";
import { fixedContenders, loadedContender, planLine } from "../plans.mjs";
import { ceilingLine, counted, drafterTable, paragraphs, percent, save, strayLine } from "../report.mjs";
import { median, sum } from "../stats.mjs";
import { LENGTHS, lengthRows, lengthTable, PASSES, reach } from "./lengths.mjs";
import { draw, heldOut, setUp } from "./prompts.mjs";

const TEMPERATURES = [1, 0];

export async function speedBench(model, options) {
  const { prompts: count, temperature, out, rounds = 3, drafter: only } = options;
  const drafters = drafterNames(IMAGE_DRAFTERS, only);
  const prompts = heldOut(count);
  const curve = await measureCost(model.target, { sizes: PASSES, repeats: 15 });
  const cost = passCost(curve);
  const parts = [];
  for (const degree of temperature === undefined ? TEMPERATURES : [Number(temperature)])
    parts.push(await atTemperature(model, degree, { drafters, prompts, rounds: Number(rounds), cost }));
  const report = {
    machine: machine(),
    model: `${model.name} ${model.manifest.version}`,
    device: model.device,
    prompts: prompts.length,
    rounds: Number(rounds),
    ceiling: ceilings(curve, cost),
    parts,
  };
  const tables = Object.fromEntries(parts.flatMap((part) => markdown(report, part)));
  const text = paragraphs(...Object.values(tables));
  const svg = await chart(parts.map(panels));
  save(out, { "image.json": report, "image.md": text, ...tables, ...(svg && { "image.svg": svg }) });
  console.log(text);
}

async function atTemperature(model, temperature, { drafters, prompts, rounds, cost }) {
  const sampling = { temperature };
  const entered = await enter(drafters, (drafter) => setUp(model, { drafter, sampling }));
  const jacobi = entered.find(({ name }) => name === "jacobi");
  const fixed = jacobi ? fixedContenders(jacobi, LENGTHS) : [];
  const loaded = jacobi
    ? [
        await loadedContender(jacobi, model.target, {
          maxDepth: 32,
          earnings: model.manifest.earnings?.jacobi,
        }),
      ]
    : [];
  await contest({
    contenders: [...entered, ...fixed, ...loaded],
    items: prompts,
    rounds,
    nouns: `prompts at temperature ${temperature}`,
    run: ({ setup }, prompt, stream) => drawAndPaint(model, prompt, setup, stream),
  });
  const [plain] = entered;
  const rows = entered.map((contender) => row(contender, plain));
  const fixedRows = fixed.map((contender) => ({ length: contender.length, ...summarise(contender, plain) }));
  const lengths = lengthRows(
    fixedRows,
    fixed.map(({ length }) => length),
    cost,
  );
  const planned = rows.find(({ name }) => name === "jacobi");
  const plan = planned && planLine(planned, fixedRows, summarise(loaded[0], plain));
  return { temperature, rows, plan, ...(planned && { lengths, reach: reach(lengths, planned) }) };
}

/** A picture from words to pixels. */
async function drawAndPaint(model, prompt, setup, stream) {
  const { drawing, ...run } = await draw(model, prompt, setup, { seed: 1, stream });
  const began = performance.now();
  await drawing.picture();
  const pixels = performance.now() - began;
  return { ...run, pixels, wall: run.wall + pixels };
}

function row(contender, plain) {
  const all = contender.runs.flat();
  return {
    ...summarise(contender, plain),
    msPerPicture: median(contender.runs.map((runs) => median(runs.map(({ wall }) => wall)))),
    pixelShare: sum(all.map(({ pixels }) => pixels)) / sum(all.map(({ wall }) => wall)),
  };
}

const panels = ({ temperature, rows, lengths, reach: plan }) => ({
  title: `Temperature ${temperature}`,
  panels: [...drafterPanels(rows), ...(lengths ? [lengthPanel(lengths, plan.speedup)] : [])],
});

/** A file for each table: what it holds, and of which runs. */
function markdown({ machine, model, device, prompts, rounds: count, ceiling }, part) {
  const { temperature, rows, lengths, reach: plan, plan: line } = part;
  const setting = `Model ${model}, temperature ${temperature}, ${counted(prompts, "held-out caption")}, ${counted(count, "round")}, ${device}. ${machine}.`;
  const drafters = drafterTable(rows, {
    tokens: "tokens",
    item: "prompt",
    cost: ["ms a picture, pixels included", (row) => row.msPerPicture.toFixed(0)],
    all: ["pixels' share", (row) => percent(row.pixelShare)],
  });
  const stray = strayLine([...rows, ...(lengths ?? [])], "tokens");
  const files = [
    [
      `image-t${temperature}.md`,
      paragraphs(setting, drafters, stray, ceilingLine(ceiling, rows), line).trim(),
    ],
  ];
  if (lengths) files.push([`image-lengths-t${temperature}.md`, lengthTable(lengths, plan)]);
  return files;
}
