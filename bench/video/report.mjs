// The tables of films.
import { counted, paragraphs, percent, table, times } from "../report.mjs";
import { lengthFile, raceText } from "../speed.mjs";
import { PARTS } from "./frames.mjs";

const seconds = (ms) => (ms / 1000).toFixed(2);

/** A file for each table: what it holds, and of which runs. */
export function markdown(kind, report) {
  const tables = Object.assign({}, ...report.parts.map((part) => tablesOf(kind, report, part)));
  return report.recall === undefined ? { ...tables, "video-files.md": fileTable(report) } : tables;
}

const COLUMNS = {
  tokens: "tokens",
  item: "prompt",
  cost: ["ms a clip, pixels apart", (row) => row.msPerClip.toFixed(0)],
  all: [
    "of what acceptance allows",
    (row) => (row.name === "none" ? "" : `${percent(row.share, 0)} of ${times(row.allowed)}`),
  ],
};

function tablesOf(kind, { machine, model, device, prompts, rounds, recall, ceiling, past }, part) {
  const { temperature, rows } = part;
  const memory = recall === undefined ? "" : `, recall ${recall}`;
  const setting = `Model ${model}, temperature ${temperature}${memory}, ${counted(prompts.length, "held-out prompt")}, ${counted(rounds, "round")}, ${device}. ${machine}.`;
  const note = `With ${past} tokens in the cache, half a clip: `;
  return {
    [`${kind}-t${temperature}.md`]: raceText(setting, COLUMNS, part, ceiling, note),
    [`${kind}-frames-t${temperature}.md`]: frameTable(rows.filter(({ name }) => name !== "none")),
    ...lengthFile(kind, part),
  };
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
