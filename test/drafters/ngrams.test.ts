import { describe, expect, it } from "vitest";
import type { Token } from "../../src/core/index.js";
import { ngrams } from "../../src/drafters/index.js";
import { tableOf } from "./ngram-setup.js";
import { context, flat, room, roundOf, setup } from "./setup.js";

const TABLE = tableOf([
  [[11], 12, 0.5],
  [[12], 13, 0.6],
  [[13], 11, 0.2],
  [[17, 11], 15, 0.9],
  [[14, 12, 13], 16, 0.8],
]);

const draft = async (last: readonly Token[], most = 4, table = TABLE, vocabularySize = 20) => {
  const drafting = await ngrams(table).start(
    setup({ tokens: last }, { model: flat(vocabularySize), shape: "chain" }),
  );
  return drafting.propose(context({ prompt: last, ...room(most) }));
};

describe("ngrams", () => {
  it("goes by the longest context that it knows, guess by guess", async () => {
    expect((await draft([10, 11])).tokens).toEqual([12, 13, 11, 12]);
    expect((await draft([17, 11])).tokens).toEqual([15]);
    expect((await draft([14], 1)).tokens).toEqual([]);
    const { tokens, confidence = [] } = await draft([14, 12]);
    expect(tokens).toEqual([13, 16]);
    expect(confidence[0]).toBeCloseTo(0.6, 2);
    expect(confidence[1]).toBeCloseTo(0.8, 2);
    expect((await draft([])).tokens).toEqual([]);
  });

  it("goes on behind what is committed, and behind guesses of others", async () => {
    const drafting = await ngrams(TABLE).start(setup({ tokens: [10] }, { model: flat(20), shape: "chain" }));
    drafting.observe?.(roundOf(0, [14, 12]));
    const propose = async (output: readonly Token[]) =>
      (await drafting.propose(context({ output, ...room(1) }))).tokens;
    expect(await propose([14, 12, 13])).toEqual([16]);
    expect(await propose([14, 12])).toEqual([13]);
    drafting.observe?.(roundOf(2, [17]));
    expect(await propose([14, 12, 17, 11])).toEqual([15]);
  });

  it("leaves tokens out that the vocabulary lacks", async () => {
    expect((await draft([10, 11], 4, TABLE, 13)).tokens).toEqual([12]);
  });

  it("searches full tables to their end, and refuses torn ones", async () => {
    const full = tableOf([[[11], 12, 0.5]], 1);
    expect((await draft([11], 1, full)).tokens).toEqual([12]);
    expect((await draft([13], 1, full)).tokens).toEqual([]);
    expect(() => ngrams({ ...TABLE, shares: TABLE.shares.subarray(1) })).toThrow(
      /7 tokens, 7 checks and 6 shares/,
    );
    expect(() => ngrams({ ...TABLE, order: 0 })).toThrow(/order of a table is 0/);
    const empty = {
      order: 1,
      checks: new Uint16Array(0),
      tokens: new Uint16Array(0),
      shares: new Uint8Array(0),
    };
    expect(() => ngrams(empty)).toThrow(/one slot at least/);
  });
});
