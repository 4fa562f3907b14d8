import { describe, expect, it } from "vitest";
import { createNoise, fromWeights, pick, sample } from "../../src/core/index.js";

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
