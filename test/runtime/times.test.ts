import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { toyModel } from "../../src/conformance/index.js";
import type { Model } from "../../src/core/index.js";
import { passCost } from "../../src/runtime/index.js";
import { cachedTimes, keptTimes, timesByUse } from "../../src/runtime/times.js";

const folder = mkdtempSync(join(tmpdir(), "foretoken-times-"));
vi.stubEnv("FORETOKEN_CACHE", folder);
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
});

const files = () => readdirSync(folder).map((name) => join(folder, name));
const read = () => JSON.parse(readFileSync(files()[0], "utf8"));

/** A model that counts its passes. */
function counting(fails = () => false) {
  const toy = toyModel();
  const count = { passes: 0 };
  const model: Model = {
    ...toy,
    async pass(steps, options) {
      count.passes++;
      if (fails()) throw new Error("no memory");
      return toy.pass(steps, options);
    },
  };
  return { model, count };
}

const quick = { sizes: [1, 2, 4, 8], repeats: 2 };

describe("times of the cache", () => {
  it("are measured once for a key, and for so many sequences", async () => {
    const { model, count } = counting();
    await timesByUse(model, "a", quick)("");
    const { passes } = count;
    expect(passes).toBeGreaterThan(8);
    expect(read().curve.map(([rows]: [number]) => rows)).toEqual([1, 2, 4, 8]);
    const { times } = await timesByUse(model, "a", quick)("");
    expect(count.passes).toBe(passes);
    const cost = passCost(read().curve);
    for (const rows of quick.sizes) expect(times.at(rows, 160)).toBeCloseTo(cost(rows), 10);
    await timesByUse(model, "b", quick)("");
    await timesByUse(model, "a", { ...quick, sequences: 2 })("");
    expect(files()).toHaveLength(3);
    expect(count.passes).toBe(3 * passes);
  });

  it("are put back when passes took other times, and not before there were some", async () => {
    const { model } = counting();
    await timesByUse(model, "a", quick)("");
    // A toy's passes take no time worth mention: put a curve there as a machine would have.
    const before = { ...read(), curve: quick.sizes.map((rows) => [rows, 1 + rows / 4]) };
    writeFileSync(files()[0], JSON.stringify(before));
    const { times, save } = await timesByUse(model, "a", quick)("");
    const observe = (rows: number, ms: number) => times.observe(rows, 160, ms);
    for (let i = 0; i < 10; i++) observe(1, 7);
    save();
    expect(read()).toEqual(before);
    for (let i = 0; i < 100; i++) for (const rows of [1, 2, 4, 8]) observe(rows, 6 + rows);
    save();
    const { curve, measured } = read();
    expect(measured).toBe(before.measured);
    for (const [rows, ms] of curve) expect(ms / (6 + rows)).toBeCloseTo(1, 1);
    const again = await timesByUse(model, "a", quick)("");
    expect(again.times.at(4, 160) / 10).toBeCloseTo(1, 1);
    const saved = read();
    for (let i = 0; i < 100; i++) again.times.observe(4, 160, again.times.at(4, 160));
    again.save();
    expect(read()).toEqual(saved);
  });

  it("are measured anew when they are old, torn, or of another kind", async () => {
    const { model, count } = counting();
    await timesByUse(model, "a", quick)("");
    const good = read();
    const [file] = files();
    const month = 31 * 24 * 3600 * 1000;
    const bad = [
      { ...good, measured: Date.now() - month },
      { ...good, measured: Date.now() + month },
      { ...good, measured: undefined },
      { ...good, curve: [] },
      { ...good, curve: [[1, null]] },
      { ...good, curve: [[1]] },
      { ...good, curve: [[1, -1]] },
      { ...good, curve: "no" },
      good.curve,
      [],
      null,
      7,
    ].map((value) => JSON.stringify(value));
    for (const text of [...bad, "", "{", JSON.stringify(good).slice(0, 30)]) {
      writeFileSync(file, text);
      const { passes } = count;
      const { times } = await timesByUse(model, "a", quick)("");
      expect(count.passes, text).toBeGreaterThan(passes);
      expect(times.at(2, 100)).toBeGreaterThan(0);
      expect(read().curve).toHaveLength(4);
    }
  });

  it("are measured when they are first asked for, once for all uses, and again if that failed", async () => {
    let broken = true;
    const { model, count } = counting(() => broken);
    const timesOf = keptTimes(model, "a", quick);
    expect(count.passes).toBe(0);
    await expect(Promise.all([timesOf("one"), timesOf("other")])).rejects.toThrow("no memory");
    expect(count.passes).toBe(1);
    broken = false;
    await Promise.all([timesOf("one"), timesOf("other"), timesOf()]);
    const { passes } = count;
    await timesOf("third");
    expect(count.passes).toBe(passes);
    expect(files()).toHaveLength(1);
  });

  it("are corrected and kept for each use by itself", async () => {
    const { model } = counting();
    await timesByUse(model, "a", quick)();
    writeFileSync(files()[0], JSON.stringify({ ...read(), curve: quick.sizes.map((rows) => [rows, rows]) }));
    const timesOf = timesByUse(model, "a", quick);
    const [slow, usual, unnamed] = [await timesOf("slow"), await timesOf("usual"), await timesOf()];
    for (let i = 0; i < 100; i++)
      for (const rows of quick.sizes)
        for (const [{ times }, factor] of [[slow, 3] as const, [usual, 1] as const, [unnamed, 2] as const])
          times.observe(rows, 160, factor * rows);
    for (const { save } of [slow, usual, unnamed]) save();
    expect(files()).toHaveLength(2);
    const again = timesByUse(model, "a", quick);
    expect((await again("slow")).times.at(4, 160)).toBeCloseTo(12, 0);
    for (const use of ["usual", undefined, ""]) expect((await again(use)).times.at(4, 160)).toBeCloseTo(4, 1);
  });

  it("that could not be measured, as the machine was busy, are not kept for a month", async () => {
    let now = 0;
    let [isBusy, passes] = [true, 0];
    const clock = vi.spyOn(performance, "now").mockImplementation(() => now);
    const toy = toyModel();
    const model: Model = {
      ...toy,
      pass(steps, options) {
        now += 1 + (isBusy && passes++ % 3 > 0 ? 4 : 0);
        return toy.pass(steps, options);
      },
    };
    const settings = { sizes: [1, 2, 4, 8], repeats: 7 };
    await timesByUse(model, "a", settings)("");
    expect(files()).toEqual([]);
    const { times, save } = await timesByUse(model, "a", settings)("");
    for (let i = 0; i < 40; i++) for (const rows of settings.sizes) times.observe(rows, 160, 2 + rows);
    save();
    // Passes in use say what they take.
    expect(read().curve).toHaveLength(4);
    rmSync(files()[0]);
    isBusy = false;
    await timesByUse(model, "a", settings)("");
    clock.mockRestore();
    expect(read().curve).toEqual(settings.sizes.map((rows) => [rows, 1]));
  });

  it("put back by the process have one listener for all", async () => {
    const before = process.listenerCount("exit");
    for (let i = 0; i < 20; i++) await cachedTimes(counting().model, `key ${i}`, quick);
    expect(process.listenerCount("exit") - before).toBeLessThanOrEqual(1);
  });
});
