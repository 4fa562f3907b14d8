import { describe, expect, it, vi } from "vitest";
import { toyModel } from "../../src/conformance/index.js";
import type { Model } from "../../src/core/index.js";
import { type CostCurve, measureCost, passCost } from "../../src/runtime/index.js";

/** A model that remembers how large its passes were: tokens in the cache before, those of the pass and its draft. */
function watched(model: Model, pass: (calls: number) => void = () => {}) {
  const passes: { before: number; rows: number; steps: number }[] = [];
  const watching: Model = {
    ...model,
    async pass(steps, options) {
      pass(passes.length);
      const [{ session, tokens, draft }] = steps;
      passes.push({
        before: session.length,
        rows: tokens.length + (draft?.tokens.length ?? 0),
        steps: steps.length,
      });
      return model.pass(steps, options);
    },
  };
  return { passes, model: watching };
}

describe("measureCost", () => {
  it.each([1, 2, 3, 4, 8, 16, 64, 100, 209, 210, 1024])(
    "keeps to a context of %d tokens",
    async (contextLength) => {
      const toy = toyModel({ contextLength });
      const { model, passes } = watched(toy);
      const curve = await measureCost(model, { repeats: 3 });
      if (contextLength > 1)
        for (const { before, rows } of passes) expect(before + rows).toBeLessThanOrEqual(contextLength);
      const sizes = curve.map(([rows]) => rows);
      expect(sizes[0]).toBe(1);
      expect(sizes).toEqual([...new Set(sizes)]);
      if (contextLength >= 96) expect(sizes).toHaveLength(12);
      if (contextLength === 16) expect(sizes).toEqual([1, 2, 3, 4]);
      if (contextLength === 64) expect(sizes.at(-1)).toBe(20);
      for (const rows of [1, 5, 40]) expect(passCost(curve)(rows)).toBeGreaterThan(0);
      expect(toy.openSessions).toBe(0);
    },
  );

  it("does not believe times that other programs disturb", async () => {
    // Passes take 1 ms, at 4 rows 2 ms; a disturbance takes 4 ms, in two passes out of three where there is any.
    const measured = async (isDisturbed: boolean) => {
      let now = 0;
      const clock = vi.spyOn(performance, "now").mockImplementation(() => now);
      const toy = toyModel({});
      const pass: Model["pass"] = (steps, options) => {
        const rows = 1 + (steps[0].draft?.tokens.length ?? 0);
        const { length } = passes;
        passes.push(rows);
        now += (rows === 4 ? 2 : 1) + (isDisturbed && length % 3 > 0 ? 4 : 0);
        return toy.pass(steps, options);
      };
      const passes: number[] = [];
      const curve = await measureCost({ ...toy, pass }, { sizes: [1, 2, 4, 8], repeats: 7 });
      clock.mockRestore();
      return curve;
    };
    expect(await measured(false)).toEqual([
      [1, 1],
      [2, 1],
      [4, 2],
      [8, 1],
    ]);
    const [[, first], ...others] = await measured(true);
    for (const [rows, ms] of others) expect(ms / first).toBeCloseTo(1 + 0.06 * (rows - 1));
  });

  it("leaves out sizes that do not fit, and measures one at least", async () => {
    const toy = toyModel({ contextLength: 16 });
    expect((await measureCost(toy, { sizes: [2, 5, 8], repeats: 1 })).map(([rows]) => rows)).toEqual([2, 5]);
    expect((await measureCost(toy, { sizes: [8], repeats: 1 })).map(([rows]) => rows)).toEqual([1]);
  });

  it("passes several sequences at once where it is asked to", async () => {
    const { model, passes } = watched(toyModel());
    await measureCost(model, { sequences: 2, repeats: 1 });
    expect(new Set(passes.map(({ steps }) => steps))).toEqual(new Set([2]));
  });

  it("closes its sessions, also when a pass fails or a session cannot be opened", async () => {
    for (const sequences of [1, 3]) {
      const toy = toyModel();
      const { model } = watched(toy, (calls) => {
        if (calls === 5) throw new Error("no memory");
      });
      await expect(measureCost(model, { sequences })).rejects.toThrow("no memory");
      expect(toy.openSessions).toBe(0);
    }
    const toy = toyModel();
    let opened = 0;
    const open = async () => {
      if (++opened === 3) throw new Error("no third session");
      return toy.open();
    };
    const model: Model = { ...toy, open, openTogether: undefined };
    await expect(measureCost(model, { sequences: 3 })).rejects.toThrow("no third session");
    expect(toy.openSessions).toBe(0);
  });
});

describe("passCost", () => {
  it("is straight between measured points and beyond, and never falls", () => {
    const cost = passCost([
      [1, 3],
      [2, 2.5],
      [4, 5],
      [8, 9],
    ]);
    expect([1, 2, 3, 4, 8, 12].map(cost)).toEqual([2.75, 2.75, 3.875, 5, 9, 13]);
    expect(cost(0)).toBe(2.75);
  });

  it("is straight between its points, and before the first", () => {
    const cost = passCost([
      [2, 4],
      [4, 8],
      [8, 10],
    ]);
    expect([1, 2, 3, 4, 6, 8].map(cost)).toEqual([4, 4, 6, 8, 9, 10]);
  });

  it("never falls: neighbours that fall share their mean", () => {
    const cost = passCost([
      [1, 3],
      [2, 5],
      [4, 4],
      [8, 6],
    ]);
    expect([1, 2, 4, 8].map(cost)).toEqual([3, 4.5, 4.5, 6]);
  });

  it("rises beyond its points, also where the last of them share their mean", () => {
    const rising: CostCurve = [
      [1, 2],
      [8, 4],
      [16, 6],
    ];
    expect(passCost(rising)(24)).toBe(8);
    const pooled: CostCurve = [
      [1, 2],
      [6, 3],
      [12, 6],
      [16, 9],
      [24, 8],
      [32, 7],
    ];
    // 8 from 16 rows on; 6 at 12.
    expect(passCost(pooled)(32)).toBe(8);
    expect(passCost(pooled)(52)).toBeCloseTo(10, 10);
    for (let rows = 1; rows < 100; rows++)
      expect(passCost(pooled)(rows + 1)).toBeGreaterThanOrEqual(passCost(pooled)(rows));
    const level: CostCurve = [
      [1, 3],
      [8, 3],
    ];
    expect(passCost(level)(99)).toBe(3);
  });

  it("takes points in any order, and a single one", () => {
    expect(
      passCost([
        [4, 8],
        [2, 4],
      ])(3),
    ).toBe(6);
    expect([1, 4, 9].map(passCost([[4, 5]]))).toEqual([5, 5, 5]);
  });

  it("refuses what is no curve", () => {
    const none: CostCurve[] = [
      [],
      [[1, Number.NaN]],
      [[1, 0]],
      [[0, 1]],
      [[1, Number.POSITIVE_INFINITY]],
      [
        [1, 2],
        [1, 3],
      ],
    ];
    for (const curve of none) expect(() => passCost(curve)).toThrow("a cost curve needs at least one point");
  });
});
