// The tables of the bench of methods: all methods, the mixture against single ones, other media, the ceiling.
import { draftersOf, METHODS, readyOf } from "../../dist/methods/index.js";
import { costPanel } from "../charts.mjs";
import { ceilingLine, counted, paragraphs, percent, strayLine, table, tableOf, times } from "../report.mjs";
import { panels } from "../speed.mjs";
import { DRAFTERS } from "./work.mjs";

/** Depths whose acceptance is shown, if a guess stood there often enough to tell. */
const DEPTHS = 4;
const ENOUGH = 20;
/** Families whose methods draft. */
const DRAFTING = ["model", "lookup", "heads", "shortcut", "mask"];

const temperaturesOf = ({ rows }) =>
  [...new Set(rows.map(({ temperature }) => temperature))].sort((a, b) => a - b);
const rowsAt = ({ rows }, degree) => rows.filter(({ temperature }) => temperature === degree);

/** A line a drafter, and one for each method of drafting that has none in any medium. */
export function methodsTable(report, manifest) {
  const { machine, model, device, weights, prompts, maxTokens } = report;
  const temperatures = temperaturesOf(report);
  const setting = `Model ${model} (${weights}), ${counted(prompts, "prompt")} of Spec-Bench, up to ${maxTokens} tokens, temperature ${temperatures.join(" / ")}, ${device}. ${machine}.`;
  const lines = [
    ...DRAFTERS.map((drafter) => drafterLine(report, manifest, drafter, temperatures)),
    ...absentLines(),
  ];
  const head = [
    "method",
    "drafter",
    "reported",
    "Spec-Bench",
    "tokens a pass",
    "speed-up",
    "stand by depth",
    "drafting",
    "MB",
    "minutes of training",
    "remark",
  ];
  return paragraphs(setting, table(head, lines), strayLine(report.rows, "tokens")).trim();
}

function drafterLine(report, manifest, drafter, temperatures) {
  const its = METHODS.filter((method) =>
    draftersOf(method).some(({ medium, name }) => medium === "text" && name === drafter),
  );
  const rows = temperatures.map((degree) => rowsAt(report, degree).find((row) => row.drafter === drafter));
  const each = (cell) => (rows.some(Boolean) ? rows.map((row) => (row ? cell(row) : "-")).join(" / ") : "");
  const { bytes, taught, what, get } = readyOf("text", drafter, manifest);
  return [
    ...[
      its.map(({ name }) => name).join(", "),
      `\`${drafter}\``,
      figures(its, reported),
      figures(its, ({ specBench }) => specBench && times(specBench)),
    ],
    each(({ tokensPerPass }) => tokensPerPass.toFixed(2)),
    each(({ speedup }) => times(speedup)),
    each(({ byDepth }) => depths(byDepth)),
    each(({ parts }) => percent(parts.draft)),
    bytes ? (bytes / 1e6).toFixed(1) : what === "nothing" ? "0" : "",
    taught ? `${taught.minutes} (${taught.on})` : "",
    drafter in report.lacking ? (get ?? report.lacking[drafter]) : rows.every(Boolean) ? "" : "not measured",
  ];
}

const reported = ({ reported }) => reported && `${reported.speedup} (${reported.on})`;
const figures = (methods, of) => [...new Set(methods.map(of).filter(Boolean))].join("; ");

/** Nothing where too few drafts were as deep as one guess. */
function depths(byDepth) {
  const rates = byDepth.slice(0, DEPTHS).filter(({ drafted }) => drafted >= ENOUGH);
  return rates.length ? `${rates.map(({ rate }) => (100 * rate).toFixed(0)).join(" ")} %` : "-";
}

const absentLines = () =>
  METHODS.filter((method) => DRAFTING.includes(method.family) && draftersOf(method).length === 0).map(
    (method) => [
      ...[method.name, "", reported(method) ?? "", method.specBench ? times(method.specBench) : ""],
      ...["", "", "", "", "", "", method.pays],
    ],
  );

/** Speed-up, and tokens a pass. */
const both = ({ speedup, tokensPerPass }) => `${times(speedup)} (${tokensPerPass.toFixed(2)})`;

/** For each category the best single drafter, and the mixture. */
export function mixtureTable(report) {
  const lines = temperaturesOf(report).flatMap((degree) => {
    const rows = rowsAt(report, degree);
    const mixture = rows.find(({ drafter }) => drafter === "auto");
    const singles = rows.filter((row) => row !== mixture);
    if (!mixture || singles.length === 0) return [];
    return mixture.categories.map((its, i) => {
      const best = singles.reduce((most, row) =>
        row.categories[i].speedup > most.categories[i].speedup ? row : most,
      );
      const other = best.categories[i];
      const share = percent(its.speedup / other.speedup, 0);
      return [degree, its.category, `${best.drafter} ${both(other)}`, both(its), share];
    });
  });
  return lines.length
    ? table(
        [
          "temperature",
          "category",
          "best single drafter: speed-up (tokens a pass)",
          "auto",
          "share of the best",
        ],
        lines,
      )
    : "";
}

/** What the machine allows at most, and what was reached. */
export const ceilingsTable = (report) =>
  paragraphs(
    ...temperaturesOf(report).map(
      (degree) => `Temperature ${degree}: ${ceilingLine(report.ceiling, rowsAt(report, degree))}`,
    ),
  ).trim();

/** What other media's benches have measured: speed-up, and tokens a pass. */
export function mediaTable(methods, media) {
  const kinds = Object.keys(media);
  const rowsOf = (report) => report?.parts?.[0].rows ?? report?.rows ?? [];
  const cell = (method, kind) =>
    draftersOf(method)
      .filter(({ medium }) => medium === kind)
      .map(({ name }) => {
        const row = rowsOf(media[kind]).find((one) => one.name === name);
        return row
          ? `${name} ${times(row.speedup)} (${row.tokensPerPass.toFixed(2)})`
          : `${name} not measured`;
      })
      .join(", ");
  const columns = [
    ["speed-up (tokens a pass)", ({ name }) => name],
    ...kinds.map((kind) => [kind, (method) => cell(method, kind)]),
  ];
  const its = methods.filter((method) => draftersOf(method).some(({ medium }) => kinds.includes(medium)));
  return tableOf(columns, its);
}

export const chartsOf = (report) =>
  temperaturesOf(report).map((temperature) => {
    const rows = rowsAt(report, temperature);
    return panels({ temperature, rows }, costPanel(rows));
  });
