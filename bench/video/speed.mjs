// Plain decoding against each drafter: same prompts, same seeds, alternating; identical output is checked on the way.
import { VIDEO_DRAFTERS } from "../../dist/video/index.js";
import { chart } from "../charts.mjs";
import { ceilings, contest, drafterNames, enter, summarise } from "../contest.mjs";
import { reach } from "../image/lengths.mjs";
import { machine } from "../machine.mjs";
import { fixedContenders, loadedContender, planLine } from "../plans.mjs";
import { paragraphs, save } from "../report.mjs";
import { median } from "../stats.mjs";
import { allowed, measureSurface } from "./allowed.mjs";
import { fileTimes } from "./files.mjs";
import { tokensByFrame, tokensByPart } from "./frames.mjs";
import { film, setUp } from "./prompts.mjs";
import { markdown, panels } from "./report.mjs";

/** Fixed draft lengths of Jacobi decoding, to see how near its plan comes to the best. */
const LENGTHS = [16, 32, 64];
/** Half a clip. */
const MIDDLE = 1400;
const ROWS = [1, 2, 9, 17, 33, 65, 97, 145];

export async function speedBench(model, options) {
  const { name, prompts, temperature, out, json, rounds = 2, drafter: only } = options;
  const recall = options.recall === undefined ? undefined : Number(options.recall);
  const drafters = drafterNames(VIDEO_DRAFTERS, only);
  const { curves, cost } = await measureSurface(model.target);
  const own = model.manifest.sampling.temperature;
  const degrees = temperature === undefined ? [...new Set([own, 1, 0])] : [Number(temperature)];
  const parts = [];
  for (const degree of degrees)
    parts.push(
      await atTemperature(model, degree, { drafters, prompts, rounds: Number(rounds), cost, recall }),
    );
  const middle = (rows) => cost(rows, MIDDLE);
  const report = {
    machine: machine(),
    model: `${model.name} ${model.manifest.version}`,
    device: model.device,
    prompts,
    rounds: Number(rounds),
    recall,
    passes: curves,
    past: MIDDLE,
    ceiling: ceilings(
      ROWS.map((rows) => [rows]),
      middle,
    ),
    files: recall === undefined ? await fileTimes(model, name, prompts) : [],
    parts,
  };
  const tables = markdown(report);
  const text = paragraphs(...Object.values(tables));
  const svg = await chart(parts.map(panels));
  const kind = recall === undefined ? "video" : `video-recall${recall}`;
  save(out, {
    [`${kind}.json`]: report,
    [`${kind}.md`]: text,
    ...tables,
    ...(svg && { [`${kind}.svg`]: svg }),
  });
  console.log(json ? JSON.stringify(report, null, 1) : text);
}

async function atTemperature(model, temperature, { drafters, prompts, rounds, cost, recall }) {
  const sampling = { temperature };
  const entered = await enter(drafters, (drafter) => setUp(model, { drafter, sampling, recall }));
  const jacobi = entered.find(({ name }) => name === "jacobi");
  const fixed = jacobi ? fixedContenders(jacobi, LENGTHS) : [];
  const loaded = jacobi
    ? [
        await loadedContender(jacobi, model.target, {
          maxDepth: 144,
          earnings: model.manifest.earnings?.jacobi,
          past: MIDDLE,
          sizes: ROWS,
        }),
      ]
    : [];
  await contest({
    contenders: [...entered, ...fixed, ...loaded],
    items: prompts,
    rounds,
    warm: 1,
    nouns: `clips at temperature ${temperature}`,
    run: ({ setup }, prompt, stream) => film(model, prompt, setup, { seed: 1, stream }),
  });
  const [plain] = entered;
  const row = (contender) => rowOf(contender, plain, model, cost);
  const rows = entered.map(row);
  const lengths = fixed.map((contender) => lengthRow(row(contender), contender.length, cost));
  const planned = rows.find(({ name }) => name === "jacobi");
  const plan = planned && planLine(planned, lengths, row(loaded[0]));
  return { temperature, rows, plan, ...(planned && { lengths, reach: reach(lengths, planned) }) };
}

function rowOf(contender, plain, { layout, manifest }, cost) {
  const clips = contender.runs.map(([{ rounds }]) => rounds);
  const time = ({ runs }) => runs.map((all) => median(all.map(({ metrics }) => metrics.time.total)));
  const [own, others] = [time(contender), time(plain)];
  const may = clips.map((rounds) => allowed(rounds, manifest.prompt.words + 2, cost));
  const byFrame = tokensByFrame(clips, layout);
  return {
    ...summarise(contender, plain),
    msPerClip: median(own),
    allowed: median(may),
    share: median(may.map((times, i) => others[i] / own[i] / times)),
    byFrame,
    byPart: tokensByPart(byFrame, layout),
  };
}

const lengthRow = (row, length, cost) => ({
  ...row,
  length,
  pass: cost(1 + length, MIDDLE),
  draft: row.draftPerPass,
});
