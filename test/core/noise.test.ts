import { describe, expect, it } from "vitest";
import {
  createNoise,
  createSampler,
  type Distribution,
  distribution,
  fromWeights,
  pick,
  probability,
  type Sampling,
  sample,
} from "../../src/core/index.js";

/** Chi-squared of counts against expected ones, and what it stays below but once in a million (Wilson & Hilferty 1931). */
function chiSquared(counts: readonly number[], expected: readonly number[]) {
  const n = counts.length - 1;
  return {
    found: counts.reduce((sum, count, i) => sum + (count - expected[i]) ** 2 / expected[i], 0),
    limit: n * (1 - 2 / (9 * n) + 4.75 * Math.sqrt(2 / (9 * n))) ** 3,
  };
}

function expectUniform(values: Float64Array, what: string) {
  const bins = new Array<number>(64).fill(0);
  let mean = 0;
  for (const value of values) {
    bins[Math.floor(value * 64)]++;
    mean += value / values.length;
  }
  const { found, limit } = chiSquared(bins, new Array(64).fill(values.length / 64));
  expect(found, `${what}: chi-squared`).toBeLessThan(limit);
  expect(Math.abs(mean - 0.5), `${what}: mean`).toBeLessThan(5 * Math.sqrt(1 / 12 / values.length));
}

/** Independent in pairs: uniform on a grid of 16 x 16. */
function expectIndependent(a: Float64Array, b: Float64Array, what: string) {
  const cells = new Array<number>(256).fill(0);
  a.forEach((value, i) => {
    cells[16 * Math.floor(value * 16) + Math.floor(b[i] * 16)]++;
  });
  const { found, limit } = chiSquared(cells, new Array(256).fill(a.length / 256));
  expect(found, what).toBeLessThan(limit);
}

describe("noise", () => {
  it("is a pure function of seed, stream, position and token", () => {
    const [a, b] = [createNoise(7), createNoise(7)];
    b.chance();
    expect(a.uniform(3, 5)).toBe(b.uniform(3, 5));
    const others = [
      createNoise(8).uniform(3, 5),
      createNoise(7, 1).uniform(3, 5),
      a.uniform(4, 5),
      a.uniform(3, 6),
    ];
    for (const other of others) expect(other).not.toBe(a.uniform(3, 5));
    expect(createNoise(2 ** 40).uniform(0, 0)).not.toBe(createNoise(0).uniform(0, 0));
  });

  it("is uniform, and uncorrelated between neighbours", () => {
    const noise = createNoise(1);
    const bins = new Array<number>(20).fill(0);
    let product = 0;
    const n = 200_000;
    for (let i = 0; i < n; i++) {
      const u = noise.uniform(i >> 6, i & 63);
      bins[Math.floor(u * 20)]++;
      product += (u - 0.5) * (noise.uniform((i >> 6) + 1, i & 63) - 0.5);
    }
    // Chi-squared with 19 degrees of freedom: 50 is passed once in 10,000.
    expect(bins.reduce((sum, count) => sum + (count - n / 20) ** 2 / (n / 20), 0)).toBeLessThan(50);
    expect(Math.abs(product / n)).toBeLessThan(0.001);
  });

  it.each(["pick", "sample"])("%s follows the distribution", (which) => {
    const wanted = [0.5, 0.2, 0, 0.25, 0.05];
    const p = fromWeights(wanted.map((weight) => weight * 3));
    const noise = createNoise(4);
    const n = 100_000;
    const counts = new Array<number>(5).fill(0);
    for (let i = 0; i < n; i++) counts[which === "pick" ? pick(p, noise, i) : sample(p, noise.chance())]++;
    counts.forEach((count, token) => {
      expect(Math.abs(count / n - wanted[token])).toBeLessThan(0.006);
    });
  });

  it("shares no state between 300,000 pairs of seed and stream", () => {
    const seen = [new Set<number>(), new Set<number>()];
    const chosen = createNoise(123);
    const whole = (limit: number) => Math.floor(chosen.chance() * limit);
    // 53 bits of two numbers: of a state of 64 bits, equal ones are not to be expected here; of 32 bits, ten are.
    const bits = (high: number, low: number) =>
      Math.floor(high * 2 ** 32) * 2 ** 21 + Math.floor(low * 2 ** 21);
    for (let i = 0; i < 300_000; i++) {
      const noise = createNoise(whole(2 ** 32) - 2 ** 31, whole(2 ** 20));
      seen[0].add(bits(noise.chance(), noise.chance()));
      seen[1].add(bits(noise.uniform(0, 1), noise.uniform(5, 2)));
    }
    expect(seen.map((set) => set.size)).toEqual([300_000, 300_000]);
  });

  it("tells seeds and streams apart over their whole range, and refuses what is none", () => {
    const edge = Number.MAX_SAFE_INTEGER;
    const seeds = [
      0,
      1,
      -1,
      2,
      -2,
      2 ** 31,
      -(2 ** 31),
      2 ** 32,
      2 ** 32 - 1,
      -(2 ** 32),
      2 ** 40,
      edge,
      edge - 1,
      -edge,
    ];
    const pairs = [
      ...seeds.map((seed) => [seed, 0]),
      ...[1, 2, 2 ** 31, 2 ** 32, edge].map((stream) => [0, stream]),
    ];
    for (const draw of ["uniform", "chance"] as const) {
      const first = pairs.map(([seed, stream]) => createNoise(seed, stream)[draw](0, 0));
      expect(new Set(first).size).toBe(pairs.length);
    }
    for (const seed of [Number.NaN, Number.POSITIVE_INFINITY, 1.2, edge + 1, "7" as never])
      expect(() => createNoise(seed)).toThrow(`seed is ${seed}: give a whole number`);
    for (const stream of [Number.NaN, Number.NEGATIVE_INFINITY, 0.5, -1])
      expect(() => createNoise(0, stream)).toThrow(`stream is ${stream}: give a whole number`);
  });

  it("is uniform along tokens, positions, streams, seeds and chances, and each is independent of its neighbours", () => {
    const n = 65_536;
    const noise = createNoise(3);
    const row = (of: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => of(i));
    const rows = {
      tokens: row((i) => noise.uniform(17, i)),
      positions: row((i) => noise.uniform(i, 17)),
      streams: row((i) => createNoise(3, i).uniform(17, 17)),
      seeds: row((i) => createNoise(i - 32_768).uniform(17, 17)),
      chances: row(() => noise.chance()),
      "streams' chances": row((i) => createNoise(3, i).chance()),
    };
    for (const [name, values] of Object.entries(rows)) {
      expectUniform(values, name);
      expectIndependent(values.subarray(1), values.subarray(0, -1), `neighbouring ${name}`);
      expectIndependent(values.subarray(64), values.subarray(0, -64), `${name}, 64 apart`);
    }
    const names = Object.keys(rows) as (keyof typeof rows)[];
    for (const [i, a] of names.entries())
      for (const b of names.slice(i + 1)) expectIndependent(rows[a], rows[b], `${a} and ${b}`);
    const at = (seed: number, stream: number, position: number) => {
      const noise = createNoise(seed, stream);
      return row((token) => noise.uniform(position, token));
    };
    expectIndependent(at(3, 0, 17), at(3, 0, 18), "tokens of two positions");
    expectIndependent(at(3, 0, 17), at(3, 1, 17), "tokens of two streams");
    expectIndependent(at(3, 0, 17), at(4, 0, 17), "tokens of two seeds");
    expectIndependent(at(3, 1, 17), at(4, 0, 17), "tokens of seed and stream, one up");
  });

  const logits = Float32Array.from({ length: 40 }, (_, token) => 3 * Math.sin(token * 1.7) - token / 20);
  const settings: Sampling[] = [{}, { temperature: 0.5 }, { temperature: 3 }, { minP: 0.1 }, { topK: 7 }];
  it.each(settings)("pick and sample follow the softmax, %j", (sampling) => {
    const p = createSampler(sampling)(logits, { prompt: [], output: [], path: [] });
    const noise = createNoise(9, 2);
    const n = 40_000;
    const counts = [new Array<number>(40).fill(0), new Array<number>(40).fill(0)];
    for (let i = 0; i < n; i++) {
      counts[0][pick(p, noise, i)]++;
      counts[1][sample(p, noise.chance())]++;
    }
    for (const found of counts) {
      const rest = found.map((count, token) => [count, n * probability(p, token)]);
      for (const [count, expected] of rest) if (expected === 0) expect(count).toBe(0);
      // Tokens expected fewer than five times are one cell.
      const rare = rest.filter(([, expected]) => expected > 0 && expected < 5);
      const cells = rest.filter(([, expected]) => expected >= 5);
      if (rare.length) cells.push(rare.reduce(([a, b], [c, d]) => [a + c, b + d]));
      const chi = chiSquared(
        cells.map(([count]) => count),
        cells.map(([, expected]) => expected),
      );
      expect(chi.found).toBeLessThan(chi.limit);
    }
  });

  it("never gives a token of weight 0, and says so where there is no other", () => {
    const noise = createNoise(5);
    const made = (weights: number[], best = 0): Distribution => ({
      ...distribution(Int32Array.from(weights.keys()), Float64Array.from(weights)),
      best,
    });
    const zeros = made([0, 0, 1e-300, 0, 3e-300, 0]);
    for (let i = 0; i < 500; i++) {
      expect([2, 4]).toContain(pick(zeros, noise, i));
      expect([2, 4]).toContain(sample(made([0, 0, 2, 0, 3, 0], 4), noise.chance()));
    }
    expect(sample(made([0, 1, 0], 1), 0)).toBe(1);
    for (const weights of [[0], [0, 0], [], [Number.NaN, Number.NaN]]) {
      expect(() => pick(made(weights), noise, 0)).toThrow(/no token of a weight above 0/);
      expect(() => sample(made(weights), 0.5)).toThrow(/no token of a weight above 0/);
    }
    for (const weight of [Number.NaN, -1, Number.POSITIVE_INFINITY])
      expect(() => fromWeights([1, weight])).toThrow(`token 1 has the weight ${weight}`);
  });

  it("the race's shortcut changes nothing", () => {
    const noise = createNoise(11);
    for (let position = 0; position < 2000; position++) {
      const weights = Array.from({ length: 30 }, (_, token) => noise.uniform(9999 + position, token) ** 3);
      const p = fromWeights(weights);
      const slow = weights.map((weight, token) => -Math.log(noise.uniform(position, token)) / weight);
      expect(pick(p, noise, position)).toBe(slow.indexOf(Math.min(...slow)));
    }
  });
});
