import type { Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { blockDrafter } from "../../src/runtime/block-drafter.js";
import type { Graph } from "../../src/runtime/ort.js";

const SHAPE = {
  guesses: 2,
  featureSize: 3,
  words: Uint16Array.from({ length: 100 }, (_, word) => 500 + word),
  layers: 1,
  keyValueHeads: 1,
  headSize: 3,
  length: 6,
};
const INPUTS = ["input_ids", "features", "total_len", "past_key.0", "past_value.0"];

type Feeds = Readonly<Record<string, Tensor>>;
const data = ({ data }: Tensor) => Array.from(data as Float32Array, Number);

/**
 * A graph whose rows are their features, as keys and as values, a row without features its own token: the first guess is the sum of
 * all keys, the second one the last token, and each has a word that is less likely.
 */
function summing(inputNames: readonly string[] = INPUTS) {
  const passes: Feeds[] = [];
  const run = async (feeds: Feeds) => {
    passes.push(feeds);
    const [, rows] = feeds.features.dims;
    const own = feeds.own_ids ? data(feeds.own_ids) : [];
    const fresh = data(feeds.features).map((value, i) => value + Math.max(0, own[Math.floor(i / 3)] ?? 0));
    const past = data(feeds.total_len)[0] - rows;
    const seen = [...data(feeds["past_key.0"]).slice(0, 3 * past), ...fresh];
    const first = seen.reduce((sum, value) => sum + value, 0);
    const second = data(feeds.input_ids)[0];
    const twice = Array.from({ length: rows }, (_, row) => fresh.slice(3 * row, 3 * row + 3)).flatMap(
      (row) => [...row, ...row],
    );
    return {
      words: { data: BigInt64Array.from([first, 1, second, 2], BigInt) },
      logits: { data: Float32Array.of(-0.5, -1, -0.25, -2) },
      new_kv: { data: Float32Array.from(twice) },
    };
  };
  const graph = { inputNames, outputNames: ["words", "logits", "new_kv"], run };
  return { graph: graph as unknown as Graph, passes };
}

const row = (value: number) => new Float32Array(3).fill(value);

describe("blockDrafter", () => {
  it("guesses all places at once, the same however what came before was read", async () => {
    const head = await blockDrafter(summing().graph, SHAPE);
    const whole = await head.open().read([7, 8, 9], [row(1), row(2), row(3)]);
    expect(whole).toEqual([
      { tokens: [518, 501], logits: Float32Array.of(-0.5, -1) },
      { tokens: [509, 502], logits: Float32Array.of(-0.25, -2) },
    ]);
    const bits = head.open();
    await bits.read([7, 8], [row(1), row(2)]);
    expect(bits.room()).toBe(4);
    expect(await bits.read([9], [row(3)])).toEqual(whole);
    await expect(bits.read([1, 2, 3, 4], [1, 1, 1, 1].map(row))).rejects.toThrow("rows of the block drafter");
  });

  it("gives tokens for themselves where they have no features", async () => {
    const { graph, passes } = summing([...INPUTS, "own_ids"]);
    const none = new Float32Array(0);
    const session = (await blockDrafter(graph, { ...SHAPE, promptOnly: true })).open();
    await session.read([7, 8, 9], [row(1), row(2), none]);
    const [{ tokens }] = await session.read([6], [none]);
    expect(passes.map(({ own_ids }) => data(own_ids))).toEqual([[-1, -1, 8], [9]]);
    expect(tokens[0]).toBe(500 + 3 * (1 + 2 + 8 + 9));
  });

  it("names what a graph lacks", async () => {
    await expect(blockDrafter(summing().graph, { ...SHAPE, promptOnly: true })).rejects.toThrow(
      'the graph of the block drafter has no input "own_ids"',
    );
    await expect(blockDrafter(summing().graph, { ...SHAPE, layers: 2 })).rejects.toThrow("past_key.1");
  });
});
