import { describe, expect, it } from "vitest";
import type { Drafting, Token } from "../../src/core/index.js";
import { suffix } from "../../src/drafters/index.js";
import { context, counted, flat, room, roundOf, setup } from "./setup.js";

/** A drafting that has committed an output, and is asked what follows. */
async function behindOutput(
  drafting: Drafting,
  prompt: readonly Token[],
  output: readonly Token[],
  most = 4,
  extra: readonly Token[] = [],
) {
  if (output.length > 0) drafting.observe?.(roundOf(0, output));
  return drafting.propose(context({ prompt, output: [...output, ...extra], ...room(most) }));
}

const start = (prompt: readonly Token[], shape: "chain" | "tree" = "chain", drafter = suffix()) =>
  drafter.start(setup({ tokens: prompt }, { shape }));

describe("suffix", () => {
  it("proposes what followed the longest match most often", async () => {
    // 1 2 was followed by 3 twice, by 4 once, and that was the latest.
    const prompt = [1, 2, 3, 7, 1, 2, 3, 6, 1, 2, 4];
    const { tokens, parents, confidence } = await behindOutput(await start(prompt), prompt, [1, 2], 1);
    expect([tokens, parents]).toEqual([[3], [-1]]);
    const single = [5, 6, 1, 2, 3, 7, 0, 0, 5, 6];
    const sure = await behindOutput(await start(single), single, [1, 2], 1);
    expect(sure.tokens).toEqual([3]);
    // Two of three is less than one of one, for a match of the same length or a shorter one.
    expect(confidence?.[0]).toBeLessThan(sure.confidence?.[0] ?? 0);
  });

  it("makes a tree where trees are judged, the likeliest first", async () => {
    const prompt = [1, 2, 3, 7, 1, 2, 3, 6, 1, 2, 4, 5];
    const {
      tokens,
      parents,
      confidence = [],
    } = await behindOutput(await start(prompt, "tree"), prompt, [1, 2], 4);
    expect([tokens[0], parents[0]]).toEqual([3, -1]);
    expect(tokens.filter((_, i) => parents[i] === -1).sort()).toEqual([3, 4]);
    const roots = confidence.filter((_, i) => parents[i] === -1);
    expect(roots[0] / roots[1]).toBeCloseTo(2);
  });

  it("matches guesses that stand behind the output, and does not learn them", async () => {
    const prompt = [1, 2, 3, 4, 5];
    const drafting = await start(prompt);
    expect((await behindOutput(drafting, prompt, [7], 3, [1, 2])).tokens).toEqual([3, 4, 5]);
    for (const extra of [[6, 6], [6], [6, 6, 6]])
      expect((await behindOutput(drafting, prompt, [], 3, [7, ...extra])).tokens).toEqual([]);
    expect((await behindOutput(drafting, prompt, [], 3, [7])).tokens).toEqual([]);
    expect((await behindOutput(drafting, prompt, [], 3)).tokens).toEqual([]);
  });

  it("remembers answers of earlier sequences, and how they began", async () => {
    const drafter = suffix();
    const prompt = [7, 0];
    const first = await start(prompt, "chain", drafter);
    expect((await behindOutput(first, prompt, [1, 2, 3, 4, 5])).tokens).toEqual([]);
    await first.close?.();
    const other = [6, 0];
    const second = await start(other, "chain", drafter);
    expect((await behindOutput(second, other, [], 3)).tokens).toEqual([1, 2, 3]);
    expect((await behindOutput(second, other, [3], 3)).tokens).toEqual([4, 5]);
    // Its own text counts for more where the match is longer.
    drafterSays(await behindOutput(await start([2, 3, 6], "chain", drafter), [2, 3, 6], [2, 3], 1), [6]);
    const forgetful = suffix({ memory: 0 });
    const one = await start(prompt, "chain", forgetful);
    await behindOutput(one, prompt, [1, 2, 3]);
    await one.close?.();
    expect((await behindOutput(await start(prompt, "chain", forgetful), prompt, [1])).tokens).toEqual([]);
    expect(() => suffix({ memory: -1 })).toThrow(/memory is -1/);
  });

  it("is less sure of matches that led it wrong", async () => {
    // Pairs of tokens; of each the first one comes, and then something new.
    const prompt = Array.from({ length: 40 }, (_, i) => i);
    const drafting = await suffix().start(setup({ tokens: prompt }, { model: flat(200), shape: "chain" }));
    const sure: number[] = [];
    const output: Token[] = [];
    for (let turn = 0; turn < 20; turn++) {
      for (const token of [2 * turn, 100 + turn]) {
        drafting.observe?.(roundOf(output.length, [token]));
        output.push(token);
        const { tokens, confidence = [] } = await drafting.propose(context({ prompt, output, ...room(1) }));
        expect(tokens).toEqual(token < 100 ? [token + 1] : []);
        sure.push(...confidence);
      }
    }
    expect(sure).toEqual([...sure].sort((a, b) => b - a));
    expect(sure[19]).toBeLessThan(sure[0] / 4);
  });

  it("reads prompt and output once", async () => {
    const prompt = counted(Array.from({ length: 8000 }, (_, i) => (i * i) % 101));
    const output = counted<Token[]>([]);
    const drafting = await suffix().start(setup({ tokens: prompt.list }, { shape: "chain" }));
    expect(prompt.reads()).toBeLessThan(2 * 8000);
    for (let turn = 0; turn < 300; turn++) {
      const tokens = [turn % 7, 1];
      drafting.observe?.(roundOf(output.list.length, tokens));
      output.list.push(...tokens);
      await drafting.propose(context({ prompt: prompt.list, output: output.list, ...room(8) }));
      expect([prompt.reads(), output.reads()]).toEqual([0, 0]);
    }
  });
});

const drafterSays = ({ tokens }: { tokens: readonly Token[] }, wanted: readonly Token[]) =>
  expect(tokens).toEqual(wanted);
