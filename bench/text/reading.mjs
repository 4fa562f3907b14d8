// How long a prompt takes to be read, nothing of it known before, and how long a pass takes behind a long one.
import { passTimes } from "../machine.mjs";
import { median } from "../stats.mjs";
import { specBench } from "./prompts.mjs";

const LENGTHS = [500, 1000, 2000];
const REPEATS = 3;

/** Milliseconds, ours and node-llama-cpp's (where it is there), in turn. */
export async function readings(model, llama) {
  const text = specBench(8)
    .filter(({ category }) => category === "summarization")
    .map(({ prompt }) => prompt)
    .join("\n\n");
  const all = model.encode(text);
  const rows = [];
  for (const length of LENGTHS) {
    const times = { own: [], peer: [] };
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      // Other tokens in front: none of it has been read before, by either.
      const tokens = [all[repeat + 1], ...all.slice(0, length - 1)];
      model.target.clear();
      const session = await model.target.open();
      const began = performance.now();
      await model.target.pass([{ session, tokens }]);
      times.own.push(performance.now() - began);
      await session[Symbol.asyncDispose]();
      if (llama) times.peer.push((await llama.ask({ tokens, most: 1 })).prompt);
    }
    rows.push({ length, own: median(times.own), peer: llama && median(times.peer) });
  }
  return rows;
}

const BEHIND = [256, 1000, 2000, 4000];

/** Milliseconds of a pass of two rows, behind more and more tokens. */
export async function longContexts(model) {
  const rows = [];
  for (const past of BEHIND) {
    const [[, time]] = await passTimes(model.target, { sizes: [2], repeats: 15, past });
    rows.push({ past, time });
  }
  return rows;
}

export const longLine = (rows) =>
  `A pass of two rows takes ${rows.map(({ past, time }) => `${time.toFixed(1)} ms behind ${past} tokens`).join(", ")}: ${(rows.at(-1).time / rows[0].time).toFixed(1)} times as long behind the most as behind the fewest.`;

export const readingLine = (rows) =>
  `Prompts are read in: ${rows
    .map(
      ({ length, own, peer }) =>
        `${length} tokens ${own.toFixed(0)} ms${peer === undefined ? "" : ` (node-llama-cpp ${peer.toFixed(0)})`}`,
    )
    .join(", ")}.`;
