import { totalVariation as variation } from "../dist/conformance/index.js";

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length === 0
    ? Number.NaN
    : sorted.length % 2
      ? sorted[middle]
      : (sorted[middle - 1] + sorted[middle]) / 2;
};

export const sum = (values) => values.reduce((total, value) => total + value, 0);

export const mean = (values) => sum(values) / values.length;

/** The share of values that pass a test. */
export const share = (values, test) => values.filter(test).length / values.length;

/** Half the absolute difference of two lists' histograms: 0 for equal distributions, 1 for disjoint ones. */
export const totalVariation = (a, b) => variation(shares(a), shares(b));

function shares(tokens) {
  const counts = new Map();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1 / tokens.length);
  return counts;
}

/** Mean squared difference of two arrays of bytes. */
export function squaredError(a, b) {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] - b[i]) ** 2;
  return total / a.length;
}

/** Decibels of a mean squared error of bytes. */
export const psnr = (error) => 10 * Math.log10(255 ** 2 / error);
