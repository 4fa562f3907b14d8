export interface EstimateOptions {
  /** How far each weight may be from 0, as a variance. */
  readonly prior: readonly number[];
  /** Variance of an observation. */
  readonly noise: number;
  /** Most by which an observation may be above what was expected: what lies further up counts as that far. */
  readonly above?: number;
  /** Share of its prior variance that a weight gains with each observation: what was learned long ago counts less. */
  readonly aging?: number;
}

/** A running estimate of y = weights . x. */
export interface Estimate {
  readonly weights: Readonly<Float64Array>;
  observe(x: readonly number[], y: number): void;
  /** How far off weights . x may be, as a variance. */
  variance(x: readonly number[]): number;
}

/** An observation further off than this many standard deviations counts as one that far off. */
const SURPRISE = 3;

/**
 * Recursive least squares with forgetting: a Kalman filter whose weights wander (Kalman 1960), starting at 0. Observations
 * that lie far off are moved nearer (Huber's clipping).
 */
export function createEstimate({
  prior,
  noise,
  above = Number.POSITIVE_INFINITY,
  aging = 0.001,
}: EstimateOptions): Estimate {
  const size = prior.length;
  const weights = new Float64Array(size);
  const covariance = prior.map((variance, i) =>
    Float64Array.from({ length: size }, (_, j) => (i === j ? variance : 0)),
  );
  const gain = new Float64Array(size);
  return {
    weights,
    variance(x) {
      let sum = 0;
      for (let i = 0; i < size; i++) {
        if (x[i] === 0) continue;
        let row = 0;
        for (let j = 0; j < size; j++) row += covariance[i][j] * x[j];
        sum += row * x[i];
      }
      return sum;
    },
    observe(x, y) {
      let variance = noise;
      let error = y;
      for (let i = 0; i < size; i++) {
        gain[i] = 0;
        for (let j = 0; j < size; j++) gain[i] += covariance[i][j] * x[j];
        variance += gain[i] * x[i];
        error -= weights[i] * x[i];
      }
      const most = SURPRISE * Math.sqrt(variance);
      error = Math.max(-most, Math.min(most, above, error));
      for (let i = 0; i < size; i++) {
        const share = gain[i] / variance;
        weights[i] += share * error;
        for (let j = 0; j < size; j++) covariance[i][j] -= share * gain[j];
        if (covariance[i][i] < prior[i]) covariance[i][i] += aging * prior[i];
      }
    },
  };
}
