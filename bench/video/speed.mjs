// Plain decoding against each drafter: same prompts, same seeds, alternating; identical output is checked on the way.
import { VIDEO_DRAFTERS } from "../../dist/video/index.js";
import { framePanel } from "../charts.mjs";
import { ceilings, drafterNames } from "../contest.mjs";
import { headOf, panels, publish, race } from "../speed.mjs";
import { median } from "../stats.mjs";
import { allowed, measureSurface } from "./allowed.mjs";
import { fileTimes } from "./files.mjs";
import { tokensByFrame, tokensByPart } from "./frames.mjs";
import { film, setUp } from "./prompts.mjs";
import { markdown } from "./report.mjs";

/** Fixed draft lengths of Jacobi decoding, to see how near its plan comes to the best. */
const LENGTHS = [16, 32, 64];
/** Half a clip. */
const MIDDLE = 1400;
const ROWS = [1, 2, 9, 17, 33, 65, 97, 145];

export async function speedBench(model, options) {
  const { name, prompts, temperature, out, json, drafter: only } = options;
  const rounds = Number(options.rounds ?? 2);
  const recall = options.recall === undefined ? undefined : Number(options.recall);
  const kind = recall === undefined ? "video" : `video-recall${recall}`;
  const drafters = drafterNames(VIDEO_DRAFTERS, only);
  const { curves, cost } = await measureSurface(model.target);
  const middle = (rows) => cost(rows, MIDDLE);
  const own = model.manifest.sampling.temperature;
  const parts = [];
  for (const degree of temperature === undefined ? new Set([own, 1, 0]) : [Number(temperature)]) {
    const result = await race(model, {
      drafters,
      planned: "jacobi",
      lengths: LENGTHS,
      measuring: { maxDepth: 144, past: MIDDLE, sizes: ROWS },
      cost: middle,
      setUp: (drafter) => setUp(model, { drafter, sampling: { temperature: degree }, recall }),
      items: prompts,
      rounds,
      warm: 1,
      nouns: `clips at temperature ${degree}`,
      run: ({ setup }, prompt, stream) => film(model, prompt, setup, { seed: 1, stream }),
      figures: (contender, plain) => figures(contender, plain, model, cost),
    });
    parts.push({ temperature: degree, ...result });
  }
  const report = {
    ...headOf(model),
    prompts,
    rounds,
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
  const charts = parts.map((part) => panels(part, framePanel(part.rows)));
  await publish(out, kind, { report, tables: markdown(kind, report), charts, json });
}

function figures(contender, plain, { layout, manifest }, cost) {
  const clips = contender.runs.map(([{ rounds }]) => rounds);
  const time = ({ runs }) => runs.map((all) => median(all.map(({ metrics }) => metrics.time.total)));
  const [own, others] = [time(contender), time(plain)];
  const may = clips.map((rounds) => allowed(rounds, manifest.prompt.words + 2, cost));
  const byFrame = tokensByFrame(clips, layout);
  return {
    msPerClip: median(own),
    allowed: median(may),
    share: median(may.map((times, i) => others[i] / own[i] / times)),
    byFrame,
    byPart: tokensByPart(byFrame, layout),
  };
}
