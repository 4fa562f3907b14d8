// Fixed draft lengths: what each allows by measured terms, what it brings, and how near the plan comes to the best of them.
import { table, times } from "../report.mjs";

export const LENGTHS = [4, 8, 12, 16, 20, 24, 32];

/** Rows of the passes to be timed. */
export const PASSES = [1, ...LENGTHS.map((length) => length + 1)];

/**
 * Tokens a pass E, passes by rows v and drafting, all measured, allow E v(1) / (v(1 + length) + draft): plain decoding and
 * verification apart from its pass are left out on both sides.
 */
export function lengthRows(rows, lengths, cost) {
  return rows.map((row, i) => {
    const { tokensPerPass, draftPerPass, speedup, strays, name } = row;
    const pass = cost(1 + lengths[i]);
    const allowed = (tokensPerPass * cost(1)) / (pass + draftPerPass);
    return { name, length: lengths[i], tokensPerPass, pass, draft: draftPerPass, allowed, speedup, strays };
  });
}

/** How much of what the best length allows the plan reaches. */
export function reach(lengths, { speedup }) {
  const best = lengths.reduce((most, row) => (row.allowed > most.allowed ? row : most));
  return { speedup, allowed: best.allowed, length: best.length, share: speedup / best.allowed };
}

export function lengthTable(lengths, plan) {
  const head = [
    "draft length",
    "tokens a pass",
    "pass, ms",
    "drafting, ms",
    "speed-up allowed",
    "speed-up measured",
  ];
  const rows = lengths.map((row) => [
    row.length,
    row.tokensPerPass.toFixed(2),
    row.pass.toFixed(2),
    row.draft.toFixed(2),
    times(row.allowed),
    times(row.speedup),
  ]);
  const { speedup, allowed, length, share } = plan;
  const line = `The plan reaches ${times(speedup)} of the ${times(allowed)} allowed at length ${length} (${Math.round(100 * share)} %).`;
  return `${table(head, rows)}\n\n${line}`;
}
