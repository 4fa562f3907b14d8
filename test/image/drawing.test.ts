import { describe, expect, it } from "vitest";
import { changeRandomly } from "../../src/image/drawing.js";

const tokens = new Array<number>(256).fill(1);
const changed = (seed?: number, stream?: number, strength = 0.3) =>
  changeRandomly(tokens, strength, { seed, stream }).map((token) => (token === undefined ? 1 : 0));

describe("changeRandomly", () => {
  it("chooses about the share that is asked for, others for every seed and stream", () => {
    const seeds = [0, 1, -1, 2 ** 32, 2 ** 32 + 1, -(2 ** 32), 2 ** 52];
    const all = [...seeds.map((seed) => changed(seed)), changed(0, 1), changed(0, 2 ** 32)];
    expect(new Set(all.map(String)).size).toBe(all.length);
    for (const one of all) expect(Math.abs(one.filter((is) => is).length - 77)).toBeLessThan(30);
    expect(changed()).toEqual(changed(0, 0));
    expect(new Set(changed(5, 0, 0))).toEqual(new Set([0]));
    expect(new Set(changed(5, 0, 1))).toEqual(new Set([1]));
  });

  it("refuses seeds and streams that are none", () => {
    for (const seed of [Number.NaN, 1.2, Number.POSITIVE_INFINITY, 2 ** 53])
      expect(() => changed(seed)).toThrow(`seed is ${seed}: give a whole number`);
    for (const stream of [Number.NaN, 1.2, -1])
      expect(() => changed(0, stream)).toThrow(`stream is ${stream}`);
  });
});
