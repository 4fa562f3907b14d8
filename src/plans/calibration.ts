import type { Draft } from "../core/types.js";

const BINS = 12;
/** What a round keeps of its weight when the next one comes. */
const MEMORY = 0.98;
/** Observations that a stated confidence is worth by itself. */
const TRUST = 4;
/** Chances are told apart down to this one. */
const LEAST = 0.001;

/** Maps a drafter's stated confidences to observed ones. */
export interface Calibration {
  correct(stated: number): number;
  /** The product of stated confidences, along a path, of guesses that are observed to be reached with this chance. */
  stated(reach: number): number;
  /** Takes in a draft of which the nodes on `path` stood. */
  observe(draft: Draft, path: readonly number[]): void;
}

/** Shares of guesses that stood, by bins of what was stated; between the middles of two bins both count, by what they have seen. */
export function createCalibration(): Calibration {
  const middle = (bin: number) => (bin + 0.5) / BINS;
  const prior = Float64Array.from({ length: BINS }, (_, bin) => TRUST * middle(bin));
  const stood = prior.slice();
  const tried = new Float64Array(BINS).fill(TRUST);
  // Logarithms of confidences, added up: those that were stated, and those observed.
  let [logStated, logCorrect] = [-1, -1];
  const correct = (stated: number) => {
    const at = Math.min(BINS - 1, Math.max(0, stated * BINS - 0.5));
    const low = Math.floor(at);
    const high = Math.min(BINS - 1, low + 1);
    const mix = (of: Float64Array) => of[low] + (at - low) * (of[high] - of[low]);
    return mix(stood) / mix(tried);
  };
  return {
    correct,
    stated: (reach) => reach ** (logStated / logCorrect),
    observe({ confidence, parents }, path) {
      if (!confidence || parents.length === 0) return;
      for (let bin = 0; bin < BINS; bin++) {
        stood[bin] = MEMORY * stood[bin] + (1 - MEMORY) * prior[bin];
        tried[bin] = MEMORY * tried[bin] + (1 - MEMORY) * TRUST;
      }
      logStated *= MEMORY;
      logCorrect *= MEMORY;
      for (const stated of confidence) {
        logStated += Math.log(Math.max(LEAST, stated));
        logCorrect += Math.log(Math.max(LEAST, correct(stated)));
      }
      const standing = new Set(path);
      parents.forEach((parent, node) => {
        if (parent >= 0 && !standing.has(parent)) return;
        const bin = Math.min(BINS - 1, Math.floor(confidence[node] * BINS));
        if (standing.has(node)) stood[bin]++;
        tried[bin]++;
      });
    },
  };
}
