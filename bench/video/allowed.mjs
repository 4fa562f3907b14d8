// What a run's passes, as long as they were and as far into the clip as they came, would take by themselves.
import { passCost } from "../../dist/runtime/index.js";
import { passTimes } from "../machine.mjs";
import { sum } from "../stats.mjs";

/** Rows of the passes that are timed, and tokens in the cache while they are. */
const ROWS = [1, 9, 17, 33, 65, 97, 145];
const PASTS = [128, 700, 1400, 2100, 2640];

/** Milliseconds of a pass by rows and past: measured at some of both, straight lines between them. */
export async function measureSurface(target, { repeats = 9, onto = PASTS } = {}) {
  const curves = [];
  for (const past of onto) curves.push([past, await passTimes(target, { past, repeats, sizes: ROWS })]);
  return { curves, cost: surface(curves) };
}

export function surface(curves) {
  const costs = curves.map(([past, curve]) => [past, passCost(curve)]);
  return (rows, past) => {
    let i = 1;
    while (i < costs.length - 1 && costs[i][0] < past) i++;
    const [[p0, before], [p1, behind]] = [costs[i - 1], costs[i]];
    const [t0, t1] = [before(rows), behind(rows)];
    return t0 + ((t1 - t0) * (past - p0)) / (p1 - p0);
  };
}

/**
 * How many times faster than plain decoding a run would be if nothing but passes took time, those of the run as long as
 * they were. `prefix` is the prompt's length.
 */
export function allowed(rounds, prefix, cost) {
  const { start, tokens } = rounds.at(-1);
  const plain = Array.from({ length: start + tokens }, (_, place) => cost(1, prefix + place));
  return sum(plain) / sum(rounds.map((round) => cost(1 + round.drafted, prefix + round.start)));
}
