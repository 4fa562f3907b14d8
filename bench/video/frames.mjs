// Where in a clip the passes go.
import { sum } from "../stats.mjs";

/** Passes by frame, the plan's first: a pass counts in equal shares for the tokens it brought. */
export function passesByFrame(rounds, { lead, cells, length }) {
  const passes = new Array(1 + (length - lead) / cells).fill(0);
  for (const { start, tokens } of rounds) {
    for (let place = start; place < start + tokens; place++) {
      const part = place < lead ? 0 : 1 + Math.floor((place - lead) / cells);
      passes[part] += 1 / tokens;
    }
  }
  return passes;
}

/** Tokens a pass by frame, over several clips, the plan's first. */
export function tokensByFrame(clips, layout) {
  const all = clips.map((rounds) => passesByFrame(rounds, layout));
  return all[0].map((_, part) => {
    const tokens = (part === 0 ? layout.lead : layout.cells) * clips.length;
    return tokens / sum(all.map((passes) => passes[part]));
  });
}

/** Parts of a clip that differ: in the plan everything is new, in frame 0 the thing, later its poses. */
export const PARTS = [
  ["plan", 0, 1],
  ["frame 0", 1, 2],
  ["frame 1", 2, 3],
  ["frames 2 to 7", 3, 9],
  ["frames 8 to 15", 9, 17],
];

/** Tokens a pass in each part, where those of every frame are known. */
export function tokensByPart(byFrame, { lead, cells }) {
  return PARTS.map(([, from, to]) => {
    const frames = byFrame.slice(from, to);
    const tokens = frames.map((_, i) => (from + i === 0 ? lead : cells));
    return sum(tokens) / sum(frames.map((perPass, i) => tokens[i] / perPass));
  });
}
