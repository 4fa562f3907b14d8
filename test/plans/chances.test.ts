import { describe, expect, it } from "vitest";
import { createNoise } from "../../src/core/noise.js";
import { AGES, count, createChanceModel, createCounts, DEPTHS, depthClass } from "../../src/plans/chances.js";

/** Counts of guesses that stand with such chances, where old guesses are near the front, as they are in use. */
function played(chance: (depth: number, age: number) => number, rounds = 600) {
  const counts = createCounts(AGES * DEPTHS);
  const luck = createNoise(3).chance;
  for (let round = 0; round < rounds; round++) {
    const advance = 1 + Math.floor(4 * luck());
    for (let depth = 0; depth < 12; depth++) {
      const age = Math.min(AGES - 1, Math.floor((11 - depth) / advance));
      const stands = luck() < chance(depth, age);
      count(counts, age * DEPTHS + depthClass(depth), stands);
      if (!stands) break;
    }
  }
  return counts;
}

function fitted(counts: ReturnType<typeof played>) {
  const model = createChanceModel();
  for (let i = 0; i < 30; i++) model.of(counts);
  return model.of(counts);
}

describe("chances of guesses", () => {
  it("are those of their depths where age means nothing, though old guesses are those in front", () => {
    const byDepth = (depth: number) => (depth < 2 ? 0.5 : 0.9);
    const { rates, settles } = fitted(played(byDepth, 4000));
    expect(settles).toBe(false);
    for (const depth of [0, 1, 2, 3]) expect(Math.abs(rates[depth] - byDepth(depth))).toBeLessThan(0.08);
  });

  it("rise with age where guesses settle, though those in front have the worse chances", () => {
    const { rates, settles } = fitted(
      played((depth, age) => (depth < 2 ? 0.35 : 0.6) + (age > 0 ? 0.3 : 0), 2000),
    );
    expect(settles).toBe(true);
    expect(rates[2 * DEPTHS]).toBeGreaterThan(rates[0]);
    expect(Math.abs(rates[2 * DEPTHS] - 0.65)).toBeLessThan(0.08);
    expect(Math.abs(rates[2 * DEPTHS + 3] - 0.9)).toBeLessThan(0.06);
  });

  it("never fall with age, and where nothing is known all are alike", () => {
    const { rates } = fitted(played((_, age) => 0.9 - 0.2 * Math.min(2, age)));
    for (let age = 1; age < AGES; age++)
      for (let depth = 0; depth < DEPTHS; depth++)
        expect(rates[age * DEPTHS + depth]).toBeGreaterThanOrEqual(rates[(age - 1) * DEPTHS + depth] - 1e-9);
    const unknown = createChanceModel().of(createCounts(AGES * DEPTHS)).rates;
    expect(Math.max(...unknown) - Math.min(...unknown)).toBeLessThan(1e-9);
  });
});
