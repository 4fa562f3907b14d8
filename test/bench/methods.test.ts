import { describe, expect, it, vi } from "vitest";

// The benchmarks are plain JavaScript without types.
const load = (path: string) => import(new URL(`../../bench/methods/${path}`, import.meta.url).href);
const { chosen, DRAFTERS, goOn, left } = await load("work.mjs");
const { ceilingsTable, mediaTable, methodsTable, mixtureTable } = await load("tables.mjs");
const { METHODS } = await import("../../src/methods/index.js");

const setting = { machine: "m", model: "toy 1", device: "cpu", weights: "8-bit", prompts: 6, maxTokens: 12 };

const row = (drafter: string, temperature: number, speedup: number, strays = 0) => ({
  ...{ drafter, temperature, name: drafter, speedup, strays, tokensPerPass: 2 * speedup },
  parts: { draft: 0.125 },
  byDepth: [
    { drafted: 40, rate: 0.5 },
    { drafted: 20, rate: 0.25 },
    { drafted: 3, rate: 1 },
  ],
  categories: [
    { category: "qa", speedup, tokensPerPass: 2 },
    { category: "rag", speedup: 2, tokensPerPass: 3 },
  ],
});

const report = {
  ...setting,
  ceiling: [{ rows: 2, ms: 10, ceiling: 2 }],
  lacking: { medusa: "no heads" },
  rows: [row("suffix", 0, 1.5), row("suffix", 0.7, 1.25), row("auto", 0, 1.2), row("lookup", 0, 1.1)],
};
const manifest = { files: { "ngrams.bin": { bytes: 5_900_000 } }, ngrams: {}, target: {} };
const cellsOf = (table: string, name: string) =>
  table
    .split("\n")
    .map((line) => line.split(" | "))
    .find(([, drafter]) => drafter === `\`${name}\``);

describe("the bench of methods", () => {
  it("measures what is left of every drafter, at every temperature", () => {
    const all = left({ rows: [], lacking: {} }, undefined, [0, 0.7]);
    expect(all).toHaveLength(2 * DRAFTERS.length);
    const missing = left(report, undefined, [0, 0.7]);
    expect(missing).toHaveLength(all.length - report.rows.length - 2);
    expect(missing).toContainEqual({ drafter: "auto", temperature: 0.7 });
    expect(left(report, ["suffix", "lookup"], [0, 0.7])).toEqual([{ drafter: "lookup", temperature: 0.7 }]);
  });

  it("takes drafters by name, one by one or together", () => {
    expect(chosen(["suffix,eagle", "auto"])).toEqual(["suffix", "eagle", "auto"]);
    expect(chosen(undefined)).toBeUndefined();
    expect(() => chosen(["suffix,sufix"])).toThrow(/no drafter "sufix": choose one of model, /);
  });

  it("goes on with an earlier run of the same setting, and measures anew what is named", () => {
    expect(goOn(undefined, setting).rows).toEqual([]);
    expect(goOn(report, setting)).toMatchObject({ rows: report.rows, ceiling: report.ceiling });
    expect(goOn(report, setting, ["suffix"]).rows).toEqual(report.rows.slice(2));
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    expect(goOn(report, { ...setting, maxTokens: 13 })).toEqual({ ...setting, maxTokens: 13, rows: [] });
    expect(said).toHaveBeenCalledOnce();
    said.mockRestore();
  });

  it("has a line for every drafter: figures, or why there are none", () => {
    const table = methodsTable(report, manifest);
    const [method, , , , tokens, speedup, depths, drafting, megabytes] = cellsOf(table, "suffix")!;
    expect(method).toBe("| SuffixDecoding");
    expect([tokens, speedup]).toEqual(["3.00 / 2.50", "1.50x / 1.25x"]);
    expect([depths, drafting, megabytes]).toEqual(["50 25 % / 50 25 %", "12.5 % / 12.5 %", "0"]);
    expect(cellsOf(table, "auto")!.slice(4)).toEqual(
      expect.arrayContaining(["2.40 / -", "5.9", expect.stringContaining("not measured")]),
    );
    expect(cellsOf(table, "medusa")!.at(-1)).toMatch(/^models\/training\/text teaches and exports one/);
    for (const name of DRAFTERS) expect(cellsOf(table, name), name).toHaveLength(11);
    expect(table).toMatch(/\| BiTA \|.*\| Not built: /);
  });

  it("says where output was not plain decoding's, and fails", () => {
    const before = process.exitCode;
    const wrong = { ...report, rows: [...report.rows, row("spans", 0, 1, 2)] };
    expect(methodsTable(report, manifest)).not.toContain("Not identical");
    expect(methodsTable(wrong, manifest)).toContain("**Not identical:** spans gave other tokens");
    expect(process.exitCode).toBe(1);
    process.exitCode = before;
  });

  it("compares the mixture with the best single drafter of each category", () => {
    const lines = mixtureTable(report).split("\n").slice(2);
    expect(lines).toEqual([
      "| 0 | qa | suffix 1.50x (2.00) | 1.20x (2.00) | 80 % |",
      "| 0 | rag | suffix 2.00x (3.00) | 2.00x (3.00) | 100 % |",
    ]);
    expect(mixtureTable({ rows: [row("suffix", 0, 1)] })).toBe("");
    expect(ceilingsTable(report)).toMatch(
      /^Temperature 0: .* reaches 1\.50 of 2\.00\.\n\nTemperature 0\.7: /,
    );
  });

  it("takes other media's figures from their benches", () => {
    const rows = [{ name: "jacobi", speedup: 1.9, tokensPerPass: 3.85 }];
    const table = mediaTable(METHODS, { speech: { rows }, image: { parts: [{ rows }] }, video: undefined });
    expect(table).toContain("| Parallel decoding (Jacobi) | jacobi 1.90x (3.85) |  |  |");
    expect(table).toContain("| Speculative Jacobi |  | jacobi 1.90x (3.85) | jacobi not measured |");
    expect(table).not.toContain("| REST |");
  });
});
