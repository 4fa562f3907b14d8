/** Room for no draft. */
export const NOTHING = { nodes: 0, depth: 0 };

/** Weight an observation keeps when the next one comes: half of it is gone after some 23. */
export const MEMORY = 0.97;
const BINS = 12;
/** Observations before a comparison counts. */
const ENOUGH = 6;

/** Shares that forget, starting from a prior worth a few observations. */
export function createRates(size: number, prior: number | ((index: number) => number)) {
  const start = (index: number) => (typeof prior === "number" ? prior : prior(index));
  const hits = Float64Array.from({ length: size }, (_, i) => 4 * start(i));
  const tries = new Float64Array(size).fill(4);
  return {
    rate: (index: number) => hits[Math.min(index, size - 1)] / tries[Math.min(index, size - 1)],
    observe(index: number, hit: boolean) {
      const i = Math.min(index, size - 1);
      hits[i] = hits[i] * MEMORY + (hit ? 1 : 0);
      tries[i] = tries[i] * MEMORY + 1;
    },
  };
}

/** Maps stated confidences to observed ones, by bins and between them. */
export function createCalibration() {
  const rates = createRates(BINS, (bin) => (bin + 0.5) / BINS);
  return {
    correct(stated: number) {
      const at = Math.min(BINS - 1, Math.max(0, stated * BINS - 0.5));
      const low = Math.floor(at);
      const share = at - low;
      return rates.rate(low) * (1 - share) + rates.rate(Math.min(BINS - 1, low + 1)) * share;
    },
    observe: (stated: number, stood: boolean) =>
      rates.observe(Math.min(BINS - 1, Math.floor(stated * BINS)), stood),
  };
}

/** Drafting against not drafting, by the clock: tokens a millisecond of both kinds of rounds lately. */
export function createRace() {
  const sides = [
    { rounds: 0, tokens: 0, time: 0 },
    { rounds: 0, tokens: 0, time: 0 },
  ];
  const [plain, drafted] = sides;
  return {
    /** Plain rounds seen. */
    get checks() {
      return plain.rounds;
    },
    observe(drafts: boolean, tokens: number, time: number) {
      const side = sides[drafts ? 1 : 0];
      side.rounds++;
      side.tokens = side.tokens * MEMORY + tokens;
      side.time = side.time * MEMORY + time;
    },
    /** True when drafting is seen to be no faster. */
    lost: () =>
      plain.rounds >= ENOUGH &&
      drafted.rounds >= ENOUGH &&
      drafted.tokens * plain.time < 1.01 * plain.tokens * drafted.time,
  };
}
