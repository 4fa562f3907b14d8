import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readNgramTable } from "../../src/text/ngram-table.js";

const folder = mkdtempSync(join(tmpdir(), "ngrams-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a table of n-grams in a file", () => {
  const path = join(folder, "table.bin");

  it("is checks, tokens and shares, one after the other", () => {
    writeFileSync(path, Buffer.from([1, 0, 2, 1, 3, 0, 255, 255, 128, 0]));
    const { order, checks, tokens, shares } = readNgramTable(path, { order: 5 });
    expect([order, [...checks], [...tokens], [...shares]]).toEqual([5, [1, 258], [3, 65535], [128, 0]]);
  });

  it.each([0, 7])("is refused where %d bytes are no slots", (length) => {
    writeFileSync(path, Buffer.alloc(length));
    expect(() => readNgramTable(path, { order: 5 })).toThrow(
      `${path} has ${length} bytes: a table of n-grams has 5`,
    );
  });
});
