/** Seconds: length of an overlapped window, and how far the best match for it is looked for. */
const WINDOW = 0.03;
const SEARCH = 0.008;

/**
 * Changes the speed of sound and keeps its pitch: overlap-add of windows, each taken where it continues the last one best
 * (WSOLA, Verhelst & Roelands 1993).
 *
 * @param speed 2: half as long
 */
export function timeStretch(samples: Float32Array, speed: number, sampleRate: number): Float32Array {
  const half = Math.round((WINDOW * sampleRate) / 2);
  const search = Math.round(SEARCH * sampleRate);
  const window = Float32Array.from(
    { length: 2 * half },
    (_, i) => Math.sin((Math.PI * (i + 0.5)) / (2 * half)) ** 2,
  );
  const length = Math.round(samples.length / speed);
  const out = new Float32Array(length + 2 * half);
  let previous = 0;
  for (let at = 0; at < length; at += half) {
    const wanted = Math.round(at * speed);
    const from = at === 0 ? 0 : bestMatch(samples, previous + half, wanted, half, search);
    for (let i = 0; i < 2 * half; i++) {
      // The very first window has nothing to overlap with: its rising half stays at full weight.
      const weight = at === 0 && i < half ? 1 : window[i];
      out[at + i] += weight * (samples[from + i] ?? 0);
    }
    previous = from;
  }
  return out.subarray(0, length);
}

/** The start near `wanted` whose window is most like the one at `natural`, which would continue without a seam. */
function bestMatch(
  samples: Float32Array,
  natural: number,
  wanted: number,
  half: number,
  search: number,
): number {
  const low = Math.max(0, wanted - search);
  const high = Math.min(Math.max(0, samples.length - 2 * half), wanted + search);
  let best = Math.min(low, high);
  let bestScore = Number.NEGATIVE_INFINITY;
  for (let start = low; start <= high; start += 2) {
    let product = 0;
    let energy = 1e-9;
    for (let i = 0; i < half; i += 2) {
      const own = samples[start + i];
      product += own * (samples[natural + i] ?? 0);
      energy += own * own;
    }
    const score = product / Math.sqrt(energy);
    if (score > bestScore) {
      bestScore = score;
      best = start;
    }
  }
  return best;
}
