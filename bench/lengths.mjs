// Fixed draft lengths: what each allows by measured terms, what it brings, and how near the plan comes to the best of them.
import { tableOf, times } from "./report.mjs";

/**
 * Tokens a pass E, passes by rows v and drafting, all measured, allow E v(1) / (v(1 + length) + draft): plain decoding and
 * verification apart from its pass are left out on both sides. Rows that say themselves what is allowed keep it.
 */
export function lengthRows(rows, cost) {
  return rows.map((row) => {
    const [pass, draft] = [cost(1 + row.length), row.draftPerPass];
    return { allowed: (row.tokensPerPass * cost(1)) / (pass + draft), ...row, pass, draft };
  });
}

/** How much of what the best length allows the plan reaches. */
export function reach(lengths, { speedup }) {
  const best = lengths.reduce((most, row) => (row.allowed > most.allowed ? row : most));
  return { speedup, allowed: best.allowed, length: best.length, share: speedup / best.allowed };
}

const COLUMNS = [
  ["draft length", (row) => row.length],
  ["tokens a pass", (row) => row.tokensPerPass.toFixed(2)],
  ["pass, ms", (row) => row.pass.toFixed(2)],
  ["drafting, ms", (row) => row.draft.toFixed(2)],
  ["speed-up allowed", (row) => times(row.allowed)],
  ["speed-up measured", (row) => times(row.speedup)],
];

export function lengthTable(lengths, { speedup, allowed, length, share }) {
  const line = `The plan reaches ${times(speedup)} of the ${times(allowed)} allowed at length ${length} (${Math.round(100 * share)} %).`;
  return `${tableOf(COLUMNS, lengths)}\n\n${line}`;
}
