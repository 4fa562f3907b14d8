import { addMetrics, type Metrics } from "../core/metrics.js";
import type { SentenceReport } from "../speech/speak.js";

/** What the language model did for a sentence or a picture, and the time of the decoder behind it. */
export interface Work {
  readonly metrics: Metrics;
  /** Milliseconds. */
  readonly decodeTime: number;
}

/** Sums over some work. Times are milliseconds. */
export interface WorkTotals extends Omit<Metrics, "time"> {
  /** The language model's by part, the decoder's, and all of them. */
  readonly time: Metrics["time"] & { readonly decoder: number };
}

export function addWork(all: readonly Work[]): WorkTotals {
  const metrics = addMetrics(all.map((work) => work.metrics));
  const decoder = all.reduce((total, { decodeTime }) => total + decodeTime, 0);
  return { ...metrics, time: { ...metrics.time, decoder, total: metrics.time.total + decoder } };
}

/** What some speaking came to. */
export interface Totals extends WorkTotals {
  readonly sentences: number;
  readonly units: number;
  /** Of sound, pauses left out. */
  readonly seconds: number;
  readonly timesRealTime: number;
}

export function totals(reports: readonly SentenceReport[]): Totals {
  const sum = (of: (report: SentenceReport) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  const work = addWork(reports);
  const seconds = sum((report) => report.seconds);
  return {
    ...work,
    sentences: reports.length,
    units: sum(({ units }) => units.length),
    seconds,
    timesRealTime: work.time.total ? (seconds * 1000) / work.time.total : 0,
  };
}

export const inSeconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
const percent = (share: number) => `${Math.round(100 * share)} %`;
export const count = (number: number, noun: string, many = `${noun}s`) =>
  `${number} ${number === 1 ? noun : many}`;

/** The line behind every run. */
export function summary({ units, seconds, time, timesRealTime, tokensPerPass }: Totals): string {
  const speed = `${seconds.toFixed(2)} s of sound in ${inSeconds(time.total)} (${timesRealTime.toFixed(1)}x real time)`;
  return `${count(units, "unit")}, ${speed}, ${tokensPerPass.toFixed(2)} units a pass`;
}

/** Facts of a run that are not in its totals. */
export interface Setting {
  readonly voice: string;
  readonly version: string;
  readonly device: string;
  readonly drafter: string;
  readonly verifier: string;
  readonly seed: number;
  readonly speed: number;
  /** Milliseconds from the start of the program to the first sound. */
  readonly firstSound?: number;
}

/** The table of `--stats`. */
export function statsTable(all: Totals, setting: Setting): string {
  return columns([
    ["voice", `${setting.voice} ${setting.version}`, `on ${setting.device}, seed ${setting.seed}`],
    ["drafter", setting.drafter, `${setting.verifier} verification`],
    ["units", String(all.units), `in ${count(all.sentences, "sentence")}`],
    ["sound", `${all.seconds.toFixed(2)} s`, `${all.timesRealTime.toFixed(1)}x real time`],
    ...workRows(all, "units", "text and sound"),
    ...(setting.firstSound === undefined
      ? []
      : [["first sound", inSeconds(setting.firstSound), "after the start"]]),
  ]);
}

/** Rows on speculation and time. @param decoding what the time outside the language model went into */
export function workRows(all: WorkTotals, tokens: string, decoding: string): string[][] {
  const { time } = all;
  const share = (name: string, ms: number) => [
    `  ${name}`,
    inSeconds(ms),
    percent(time.total ? ms / time.total : 0),
  ];
  const depths = all.byDepth.map(({ drafted, accepted }) => Math.round((100 * accepted) / drafted)).join(" ");
  return [
    [`${tokens} a pass`, all.tokensPerPass.toFixed(2), count(all.passes, "pass", "passes")],
    [
      "acceptance",
      depths ? percent(all.acceptanceRate) : "none",
      depths ? `by depth: ${depths} %` : "nothing was drafted",
    ],
    ["time", inSeconds(time.total), ""],
    share("target", time.target),
    share("drafter", time.draft),
    share("verifier", time.verify),
    share("rest of loop", time.rest),
    share(decoding, time.decoder),
  ];
}

/** Rows of name, figure and remark; figures end in one column. */
export function columns(rows: readonly (readonly string[])[]): string {
  const width = (column: number) => Math.max(...rows.map((row) => row[column].length));
  const [names, figures] = [width(0), width(1)];
  return rows
    .map(([name, figure, remark]) =>
      `${name.padEnd(names)}  ${figure.padStart(figures)}  ${remark}`.trimEnd(),
    )
    .join("\n");
}

/** The object of `--json`. */
export const statsJson = (reports: readonly SentenceReport[], setting: Setting) => ({
  ...setting,
  ...totals(reports),
  detail: reports.map(({ text, units, seconds, metrics, decodeTime }) => ({
    text,
    units,
    seconds,
    metrics,
    decodeTime,
  })),
});
