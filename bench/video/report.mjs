// The tables and the chart of films.
import { drafterPanels, framePanel, lengthPanel } from "../charts.mjs";
import { lengthTable } from "../image/lengths.mjs";
import {
  ceilingLine,
  counted,
  drafterTable,
  paragraphs,
  percent,
  strayLine,
  table,
  times,
} from "../report.mjs";
import { PARTS } from "./frames.mjs";

const seconds = (ms) => (ms / 1000).toFixed(2);

/** A file for each table: what it holds, and of which runs. */
export function markdown(report) {
  const tables = Object.fromEntries(report.parts.flatMap((part) => tablesOf(report, part)));
  return report.recall === undefined ? { ...tables, "video-files.md": fileTable(report) } : tables;
}

function tablesOf({ machine, model, device, prompts, rounds, recall, ceiling, past }, part) {
  const { temperature, rows, lengths, reach: plan, plan: line } = part;
  const memory = recall === undefined ? "" : `, recall ${recall}`;
  const kind = recall === undefined ? "video" : `video-recall${recall}`;
  const setting = `Model ${model}, temperature ${temperature}${memory}, ${counted(prompts.length, "held-out prompt")}, ${counted(rounds, "round")}, ${device}. ${machine}.`;
  const drafters = drafterTable(rows, {
    tokens: "tokens",
    item: "prompt",
    cost: ["ms a clip, pixels apart", (row) => row.msPerClip.toFixed(0)],
    all: [
      "of what acceptance allows",
      (row) => (row.name === "none" ? "" : `${percent(row.share, 0)} of ${times(row.allowed)}`),
    ],
  });
  const stray = strayLine([...rows, ...(lengths ?? [])], "tokens");
  const costs = `With ${past} tokens in the cache, half a clip: ${ceilingLine(ceiling, rows)}`;
  const files = [[`${kind}-t${temperature}.md`, paragraphs(setting, drafters, stray, costs, line).trim()]];
  files.push([`${kind}-frames-t${temperature}.md`, frameTable(rows.filter(({ name }) => name !== "none"))]);
  if (lengths) files.push([`${kind}-lengths-t${temperature}.md`, lengthTable(lengths, plan)]);
  return files;
}

const frameTable = (rows) =>
  table(
    ["tokens a pass", ...PARTS.map(([name]) => name)],
    rows.map(({ name, byPart }) => [name, ...byPart.map((tokens) => tokens.toFixed(1))]),
  );

function fileTable({ files, prompts }) {
  const cells = (times) => (times ? [seconds(times.median), seconds(times.most)] : ["", ""]);
  const head = ["file", "seconds a clip, model loaded", "longest", "as a command, start to end", "longest"];
  const rows = files
    .filter(({ loaded, command }) => loaded || command)
    .map(({ kind, loaded, command }) => [`.${kind}`, ...cells(loaded), ...cells(command)]);
  return paragraphs(
    table(head, rows),
    `${counted(prompts.length, "clip")} with other seeds, from words to a closed file, medians.`,
  ).trim();
}

export const panels = ({ temperature, rows, lengths, reach: plan }) => ({
  title: `Temperature ${temperature}`,
  panels: [
    ...drafterPanels(rows),
    framePanel(rows),
    ...(lengths ? [lengthPanel(lengths, plan.speedup)] : []),
  ],
});
