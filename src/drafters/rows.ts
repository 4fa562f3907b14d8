/** A score that no token wins with while another one is left: e to this is zero. */
const IMPOSSIBLE = -1e30;

/**
 * A row of logits of the first tokens of a vocabulary as a row of all `size`. The tokens it says nothing about are next to
 * impossible rather than masked: where the rules allow no other ones, they are all alike, and there is still a distribution.
 */
export function fullRow(row: Float32Array, size: number): Float32Array {
  if (row.length >= size) return row;
  const full = new Float32Array(size).fill(IMPOSSIBLE);
  full.set(row);
  return full;
}
