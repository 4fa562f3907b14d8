import { type Distribution, softmax } from "../core/distribution.js";

/** A score that no token wins with while another one is left: e to this is zero. */
const IMPOSSIBLE = -1e30;

/**
 * A copy of a row of logits, of the first tokens of a vocabulary, as a row of all `size`. The tokens it says nothing about
 * are next to impossible rather than masked: where the rules allow no other ones, they are all alike, and there is still a
 * distribution. A copy, since a distribution looks at its row when it is first asked, and a model may write its next pass's
 * rows over those of the last.
 */
export function fullRow(row: Float32Array, size: number): Float32Array {
  if (row.length >= size) return row.slice();
  const full = new Float32Array(size).fill(IMPOSSIBLE);
  full.set(row);
  return full;
}

/** The same distribution, for longer than its row lasts: until after the model's next pass. */
export const lasting = (from: Distribution): Distribution =>
  from.logits ? softmax({ ...from.logits, row: from.logits.row.slice() }) : from;
