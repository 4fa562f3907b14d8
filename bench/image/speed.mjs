// Plain decoding against each drafter: same captions, same seeds, alternating; identical output is checked on the way.
import { IMAGE_DRAFTERS } from "../../dist/image/index.js";
import { passCost } from "../../dist/runtime/index.js";
import { ceilings, drafterNames } from "../contest.mjs";
import { passTimes } from "../machine.mjs";
import { counted, percent } from "../report.mjs";
import { headOf, lengthFile, panels, publish, race, raceText } from "../speed.mjs";
import { median, sum } from "../stats.mjs";
import { draw, heldOut, setUp } from "./prompts.mjs";

const TEMPERATURES = [1, 0];
/** Draft lengths to compare the plan with, and rows of the passes to be timed. */
const LENGTHS = [4, 8, 12, 16, 20, 24, 32];
const PASSES = [1, ...LENGTHS.map((length) => length + 1)];

export async function speedBench(model, options) {
  const { temperature, out, drafter: only } = options;
  const rounds = Number(options.rounds ?? 3);
  const drafters = drafterNames(IMAGE_DRAFTERS, only);
  const prompts = heldOut(options.prompts);
  const curve = await passTimes(model.target, { sizes: PASSES, repeats: 15 });
  const cost = passCost(curve);
  const parts = [];
  for (const degree of temperature === undefined ? TEMPERATURES : [Number(temperature)]) {
    const result = await race(model, {
      drafters,
      planned: "jacobi",
      lengths: LENGTHS,
      measuring: { maxDepth: 32 },
      cost,
      setUp: (drafter) => setUp(model, { drafter, sampling: { temperature: degree } }),
      items: prompts,
      rounds,
      nouns: `prompts at temperature ${degree}`,
      run: ({ setup }, prompt, stream) => drawAndPaint(model, prompt, setup, stream),
      figures,
    });
    parts.push({ temperature: degree, ...result });
  }
  const ceiling = ceilings(curve, cost);
  const report = { ...headOf(model), prompts: prompts.length, rounds, ceiling, parts };
  const tables = Object.assign({}, ...parts.map((part) => tablesOf(report, part)));
  await publish(out, "image", { report, tables, charts: parts.map((part) => panels(part)) });
}

/** A picture from words to pixels. */
async function drawAndPaint(model, prompt, setup, stream) {
  const { drawing, ...run } = await draw(model, prompt, setup, { seed: 1, stream });
  const began = performance.now();
  await drawing.picture();
  const pixels = performance.now() - began;
  return { ...run, pixels, wall: run.wall + pixels };
}

function figures({ runs }) {
  const all = runs.flat();
  return {
    msPerPicture: median(runs.map((some) => median(some.map(({ wall }) => wall)))),
    pixelShare: sum(all.map(({ pixels }) => pixels)) / sum(all.map(({ wall }) => wall)),
  };
}

const COLUMNS = {
  tokens: "tokens",
  item: "prompt",
  cost: ["ms a picture, pixels included", (row) => row.msPerPicture.toFixed(0)],
  all: ["pixels' share", (row) => percent(row.pixelShare)],
};

/** A file for each table: what it holds, and of which runs. */
function tablesOf({ machine, model, device, prompts, rounds, ceiling }, part) {
  const { temperature } = part;
  const setting = `Model ${model}, temperature ${temperature}, ${counted(prompts, "held-out caption")}, ${counted(rounds, "round")}, ${device}. ${machine}.`;
  return {
    [`image-t${temperature}.md`]: raceText(setting, COLUMNS, part, ceiling),
    ...lengthFile("image", part),
  };
}
