// What the speed benches of all media do: plain decoding against each drafter on the same items with the same seeds,
// alternating; identical output is checked on the way.
import { chart, drafterPanels, lengthPanel } from "./charts.mjs";
import { contest, enter, summarise } from "./contest.mjs";
import { lengthRows, lengthTable, reach } from "./lengths.mjs";
import { machine } from "./machine.mjs";
import { fixedContenders, loadedContender, planLine } from "./plans.mjs";
import { ceilingLine, drafterTable, paragraphs, save, strayLine } from "./report.mjs";

/** The head of a report. */
export const headOf = (model) => ({
  machine: machine(),
  model: `${model.name} ${model.manifest.version}`,
  device: model.device,
});

/**
 * A row a drafter. Where `planned` is among them: how its plan, one whose curve is measured under load as `measuring` says
 * too, does beside each of the fixed `lengths`; and what those allow, if `cost` (milliseconds of a pass by rows) is given.
 * `others` run beside them and are left to the caller.
 * `figures` are a medium's own of a contender beside plain decoding; the rest goes to `contest`.
 */
export async function race(model, options) {
  const {
    drafters,
    planned,
    setUp,
    lengths: sizes,
    measuring,
    cost,
    figures = () => ({}),
    others = [],
    ...work
  } = options;
  const entered = await enter(drafters, setUp);
  const best = entered.find(({ name }) => name === planned);
  const fixed = best ? await fixedContenders(planned, setUp, sizes) : [];
  const earnings = model.manifest.earnings?.[planned];
  const loaded = best
    ? [await loadedContender(planned, setUp, model.target, { ...measuring, earnings })]
    : [];
  await contest({ contenders: [...entered, ...fixed, ...loaded, ...others], ...work });
  const row = (contender) => ({
    ...summarise(contender, entered[0]),
    ...figures(contender, entered[0]),
    length: contender.length,
  });
  const rows = entered.map(row);
  if (!best) return { rows };
  const own = rows.find(({ name }) => name === planned);
  const fixedRows = fixed.map(row);
  const plan = planLine(own, fixedRows, row(loaded[0]));
  if (!cost) return { rows, plan };
  const lengths = lengthRows(fixedRows, cost);
  return { rows, plan, lengths, reach: reach(lengths, own) };
}

/** The drafters of a race in Markdown: `columns` as of `drafterTable`, `note` is said before the ceiling. */
export const raceText = (setting, columns, { rows, lengths = [], plan }, ceiling, note = "") =>
  paragraphs(
    setting,
    drafterTable(rows, columns),
    strayLine([...rows, ...lengths], columns.tokens),
    note + ceilingLine(ceiling, rows),
    plan,
  ).trim();

/** The table of fixed lengths by its file's name, where there is one. */
export const lengthFile = (kind, { temperature, lengths, reach }) =>
  lengths ? { [`${kind}-lengths-t${temperature}.md`]: lengthTable(lengths, reach) } : {};

/** A row of the chart; `own` are panels of the medium. */
export const panels = ({ temperature, rows, lengths, reach }, ...own) => ({
  title: `Temperature ${temperature}`,
  panels: [...drafterPanels(rows), ...own, ...(lengths ? [lengthPanel(lengths, reach.speedup)] : [])],
});

/** Saves what was measured, its tables by file name, all of them in one file and the chart, if there is one, and prints the tables. */
export async function publish(out, kind, { report, tables, charts, json }) {
  const text = paragraphs(...Object.values(tables));
  const svg = charts.length > 0 ? await chart(charts) : undefined;
  save(out, {
    [`${kind}.json`]: report,
    ...tables,
    [`${kind}.md`]: text,
    ...(svg && { [`${kind}.svg`]: svg }),
  });
  console.log(json ? JSON.stringify(report, null, 1) : text);
}
