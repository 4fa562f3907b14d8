import { describe, expect, it } from "vitest";
import { createNoise, type Token } from "../../src/core/index.js";
import { lookup } from "../../src/drafters/index.js";
import { context, counted, room, roundOf, setup } from "./setup.js";

/** What a lookup is to propose, looked for from the end of each source to its beginning. */
function wanted(
  sequence: readonly Token[],
  reference: readonly Token[],
  { maxNgram, minNgram, most }: { maxNgram: number; minNgram: number; most: number },
): readonly Token[] {
  for (let n = Math.min(maxNgram, sequence.length); n >= minNgram; n--)
    for (const source of [sequence, reference])
      for (let end = source.length - 1; end >= n; end--)
        if (sequence.slice(-n).every((token, i) => source[end - n + i] === token))
          return source.slice(end, end + most);
  return [];
}

describe("lookup", () => {
  it("proposes what a search of everything proposes, whatever is put behind the output and taken back", async () => {
    for (let seed = 0; seed < 40; seed++) {
      const { chance } = createNoise(seed);
      const below = (most: number) => Math.floor(chance() * most);
      const some = (count: number) => Array.from({ length: count }, () => below(seed % 2 ? 3 : 7));
      const [maxNgram, minNgram] = [1 + below(4), 1 + below(2)];
      const [prompt, reference, committed] = [some(1 + below(9)), some(below(20)), [] as Token[]];
      const drafting = await lookup({ maxNgram, minNgram }).start(setup({ reference, tokens: prompt }));
      for (let turn = 0; turn < 40; turn++) {
        for (let asked = below(3); asked >= 0; asked--) {
          const output = [...committed, ...some(below(5))];
          const most = 1 + below(5);
          const { tokens } = await drafting.propose(context({ prompt, output, ...room(most) }));
          const settings = { maxNgram, minNgram, most };
          expect(tokens, `seed ${seed}, turn ${turn}`).toEqual(
            wanted([...prompt, ...output], reference, settings),
          );
        }
        const tokens = some(1 + below(3));
        // Rounds may be told of or not.
        if (seed % 3) drafting.observe?.(roundOf(committed.length, tokens));
        committed.push(...tokens);
      }
    }
  });

  it("reads a long prompt once, and of the output what is new", async () => {
    const { uniform } = createNoise(1);
    const prompt = counted(Array.from({ length: 8000 }, (_, i) => Math.floor(50 * uniform(i, 0))));
    const output = counted<Token[]>([]);
    const drafting = await lookup().start(setup({ tokens: prompt.list }, {}));
    const propose = async () =>
      drafting.propose(context({ prompt: prompt.list, output: output.list, ...room(4) }));
    await propose();
    expect(prompt.reads()).toBeGreaterThanOrEqual(8000);
    for (let turn = 0; turn < 500; turn++) {
      drafting.observe?.(roundOf(turn * 4, [1, 2, 3, turn % 8]));
      output.list.push(1, 2, 3, turn % 8);
      await propose();
      expect(prompt.reads()).toBe(0);
      expect(output.reads()).toBeLessThanOrEqual(12);
    }
  });

  it("is as sure of a guess as guesses behind such a match were right so far", async () => {
    const drafting = await lookup().start(setup());
    const prompt = [1, 2, 3, 4, 5, 6, 7];
    const propose = async (output: Token[], most = 3) =>
      (await drafting.propose(context({ prompt, output, ...room(most) }))).confidence ?? [];
    const first = await propose([1, 2]);
    expect(first).toHaveLength(3);
    // A longer match is surer, and each guess that stands makes the match longer.
    expect(first[1]).toBeGreaterThan(first[0]);
    expect((await propose([1, 2, 3]))[0]).toBeCloseTo(first[1]);
    const output: Token[] = [];
    for (let turn = 0; turn < 100; turn++) {
      output.push(1, 2);
      drafting.observe?.(roundOf(output.length - 2, [1, 2]));
      const { tokens } = await drafting.propose(context({ prompt, output, ...room(1) }));
      expect(tokens).toHaveLength(1);
      // Something else came.
      output.push(7 - tokens[0]);
      drafting.observe?.(roundOf(output.length - 1, output.slice(-1)));
    }
    output.push(1, 2);
    drafting.observe?.(roundOf(output.length - 2, [1, 2]));
    expect((await propose(output))[0]).toBeLessThan(first[0] / 2);
  });

  it("starts anew where it is asked about another prompt", async () => {
    const drafting = await lookup().start(setup());
    const propose = async (prompt: Token[], output: Token[]) =>
      (await drafting.propose(context({ prompt, output, ...room(2) }))).tokens;
    expect(await propose([1, 2, 3], [1])).toEqual([2, 3]);
    expect(await propose([1, 4, 5], [1])).toEqual([4, 5]);
    expect(await propose([1, 4, 5], [])).toEqual([]);
  });
});
