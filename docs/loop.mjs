// Draws docs/loop.svg, one round of speculative decoding: node docs/loop.mjs
import { writeFileSync } from "node:fs";

const KNOWN = ["The", "library", "closes"];
const DRAFT = ["early", "on", "Mondays", "at"];
const TARGET = ["early", "on", "Thursdays"];
const stood = DRAFT.findIndex((word, i) => word !== TARGET[i]);

const [WIDTH, CELL, HEIGHT, STEP, LEFT] = [860, 98, 30, 84, 150];
const GREY = { fill: "#eef0f3", line: "#c3c8d0", text: "#333" };
const AMBER = { fill: "#fff3d6", line: "#e0a92e", text: "#6b4b00" };
const GREEN = { fill: "#dff3e4", line: "#3a9a57", text: "#14532d" };
const RED = { fill: "#fbe2e2", line: "#cc4b4b", text: "#7f1d1d" };

const box = (column, row, word, { fill, line, text }) => {
  const [x, y] = [LEFT + column * CELL, 34 + row * STEP];
  return `<rect x="${x}" y="${y}" width="${CELL - 6}" height="${HEIGHT}" rx="5" fill="${fill}" stroke="${line}"/><text x="${x + CELL / 2 - 3}" y="${y + 20}" text-anchor="middle" fill="${text}">${word}</text>`;
};
const label = (row, title, note) =>
  `<text x="12" y="${48 + row * STEP}" font-weight="bold" fill="#222">${title}</text><text x="12" y="${66 + row * STEP}" font-size="12" fill="#666">${note}</text>`;
const known = (row) => KNOWN.map((word, i) => box(i, row, word, GREY));

const parts = [
  label(0, "Draft", "cheap, by guess"),
  ...known(0),
  ...DRAFT.map((word, i) => box(KNOWN.length + i, 0, word, AMBER)),
  label(1, "Verify", "one pass for all"),
  ...known(1),
  ...DRAFT.map((word, i) => {
    const colours = i < stood ? GREEN : RED;
    return box(KNOWN.length + i, 1, `${i < stood ? "✓" : "✗"} ${word}`, colours);
  }),
  label(2, "Commit", `${stood + 1} tokens, one pass`),
  ...known(2),
  ...TARGET.map((word, i) => box(KNOWN.length + i, 2, word, GREEN)),
];
writeFileSync(
  new URL("loop.svg", import.meta.url),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} 260" width="${WIDTH}" height="260"><rect width="${WIDTH}" height="260" fill="#fff"/><g font-family="sans-serif" font-size="14">${parts.join("")}</g></svg>\n`,
);
