import { describe, expect, it } from "vitest";
import { codebook } from "../../src/image/codebook.js";
import type { ImageManifest } from "../../src/image/manifest.js";
import { ImageTokens } from "../../src/image/tokens.js";

const manifest = {
  name: "toy",
  version: "1.2.0",
  files: { "decoder.onnx": { bytes: 1, sha256: "a".repeat(64) } },
  decoder: { graph: "decoder.onnx" },
  grid: { rows: 2, columns: 3, blank: 0 },
  target: { vocabularySize: 10 },
} as unknown as ImageManifest;
const tokens = ImageTokens.of([1, 2, 3, 4, 5, 9], manifest);

describe("image tokens", () => {
  it("are the same there and back", () => {
    expect(ImageTokens.check(ImageTokens.parse(ImageTokens.stringify(tokens)), manifest)).toEqual([
      1, 2, 3, 4, 5, 9,
    ]);
  });

  const change = (fields: object) => ImageTokens.parse(JSON.stringify({ ...tokens, ...fields }), "cat.json");
  it.each([
    ["of another model", { model: "other" }, /tokens of the model "other", not of "toy"/],
    ["of another tokenizer", { checksum: "b".repeat(64) }, /whose patches differ/],
    ["too few", { tokens: [1] }, /1 tokens are not a picture of toy: it takes 2 rows of 3, 6 tokens/],
    [
      "out of range",
      { tokens: [1, 2, 3, 4, 5, 10] },
      /tokens\[5\] is 10, and the tokens of toy go from 0 to 9/,
    ],
  ])("are refused when they are %s", (_, fields, message) => {
    expect(() => ImageTokens.check(change(fields), manifest)).toThrow(message);
  });

  it.each([
    ["", /cat.json is not JSON \(it is empty\)/],
    ["{", /cat.json is not JSON/],
    ["[1]", /cat.json holds no image tokens/],
    [JSON.stringify({ ...tokens, tokens: [-1] }), /tokens.0/],
  ])("are refused as %j", (text, message) => {
    expect(() => ImageTokens.parse(text, "cat.json")).toThrow(message);
  });
});

describe("a codebook", () => {
  const book = codebook([4, 3]);
  it("has each token's nearest first", () => {
    // Token 0 is (0, 0): its neighbours are (1, 0) half a unit away and (0, 1) a whole one.
    expect(book.neighbours(0, 2)).toEqual([1, 2]);
    expect(book.neighbours(5, 3)).not.toContain(5);
  });
  it("has cells that grow: alone, in pairs of levels, all", () => {
    const cells = (coarseness: number) =>
      new Set(Array.from({ length: 12 }, (_, token) => book.cell(token, coarseness))).size;
    expect([0, 1, 2].map(cells)).toEqual([12, 4, 1]);
  });
});
