// What reports of all media share: tables as Markdown, the row of a drafter, lines below, files.
import { mkdirSync, writeFileSync } from "node:fs";

export const percent = (part, digits = 1) => `${(100 * part).toFixed(digits)} %`;
export const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
export const times = (factor) => `${factor.toFixed(2)}x`;

export function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}

/** A table of columns: a name, and a row's cell. */
export const tableOf = (columns, rows) =>
  table(
    columns.map(([name]) => name),
    rows.map((row) => columns.map(([, cell]) => cell(row))),
  );

const PARTS = ["draft", "target", "verify", "rest"];

/** A row a drafter. `tokens` and `item` are the medium's words; `cost` and `all` its columns: a name, and a row's cell. */
export function drafterTable(rows, { tokens, item, cost, all }) {
  const columns = [
    ["drafter", ({ name }) => (name === "none" ? "none (plain)" : name)],
    [`${tokens} a pass`, (row) => row.tokensPerPass.toFixed(2)],
    ["accepted", (row) => (row.name === "none" ? "" : percent(row.acceptanceRate))],
    ["speed-up", (row) => times(row.speedup)],
    [`slowest ${item}`, (row) => times(row.slowest)],
    cost,
    [
      PARTS.join(" / "),
      ({ parts }) => `${PARTS.map((name) => (100 * parts[name]).toFixed(1)).join(" / ")} %`,
    ],
    all,
  ];
  return tableOf(columns, rows);
}

export function ceilingLine(ceiling, rows) {
  const points = ceiling.map(
    (point) => `${point.rows} rows ${point.ms.toFixed(2)} ms (${times(point.ceiling)})`,
  );
  const best = Math.max(...ceiling.map((point) => point.ceiling));
  const reached = Math.max(...rows.map((row) => row.speedup));
  return `v(S), and S v(1) / v(S): ${points.join(", ")}. The best drafter reaches ${reached.toFixed(2)} of ${best.toFixed(2)}.`;
}

/** Says where output was not plain decoding's, and makes the command fail; undefined: nowhere. */
export function strayLine(rows, tokens) {
  const wrong = rows.filter((row) => row.strays > 0);
  if (wrong.length === 0) return undefined;
  process.exitCode = 1;
  return `**Not identical:** ${wrong.map((row) => `${row.name} gave other ${tokens} than plain decoding in ${row.strays} runs`).join(", ")}.`;
}

export const paragraphs = (...parts) => `${parts.filter(Boolean).join("\n\n")}\n`;

/** Writes a bench's results: what it measured as JSON, and texts by file name. */
export function save(folder, files) {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === "string" ? content : JSON.stringify(content, null, 1);
    writeFileSync(`${folder}/${name}`, text);
  }
}
