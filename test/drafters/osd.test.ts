import { describe, expect, it } from "vitest";
import { createNoise, decode, type Token } from "../../src/core/index.js";
import { mixture, type OsdOptions, osd, type PredictiveDrafter, suffix } from "../../src/drafters/index.js";
import { logBilinear } from "../../src/drafters/log-bilinear.js";
import { shared } from "../../src/drafters/shared.js";
import { fixedLength } from "../../src/plans/index.js";
import { functionModel } from "../../src/targets/index.js";
import { identical } from "../../src/verifiers/index.js";
import { context, flat, room, roundOf, setup } from "./setup.js";

const SIZE = 40;

/** A target whose next token depends on the two before: what follows is easy to learn, and different by `kind`. */
const target = (kind: number) =>
  functionModel(
    (tokens) => {
      const [a, b] = [tokens[tokens.length - 2] ?? 0, tokens[tokens.length - 1]];
      return Float32Array.from({ length: SIZE }, (_, token) =>
        token === (3 * a + 5 * b + kind) % SIZE ? 5 : token === (b + 1) % SIZE ? 4 : 0,
      );
    },
    { vocabularySize: SIZE },
  );

/** Tokens a pass of answers to the prompts, one after the other. */
async function acceptance(drafter: PredictiveDrafter, kind: number, prompts: readonly Token[]) {
  const all: number[] = [];
  for (const prompt of prompts) {
    let [passes, tokens] = [0, 0];
    const options = { target: target(kind), drafter, verifier: identical(), plan: fixedLength(3) };
    const encoded = { tokens: [prompt] };
    for await (const round of decode({ ...options, encoded, maxTokens: 24, sampling: { temperature: 0 } })) {
      passes++;
      tokens += round.tokens.length;
    }
    all.push(tokens / passes);
  }
  return all;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("osd", () => {
  it("accepts more from answer to answer, falls when the kind changes, and recovers", async () => {
    const drafter = osd();
    const prompts = Array.from({ length: 30 }, (_, i) => (7 * i) % SIZE);
    const one = await acceptance(drafter, 1, prompts);
    expect(mean(one.slice(-5))).toBeGreaterThan(1.5 * mean(one.slice(0, 3)));
    const other = await acceptance(drafter, 2, prompts);
    expect(mean(other.slice(0, 3))).toBeLessThan(0.8 * mean(one.slice(-5)));
    expect(mean(other.slice(-5))).toBeGreaterThan(1.2 * mean(other.slice(0, 3)));
  });

  it("learns at once from what the target nearly said, too", async () => {
    const drafting = await osd({ steps: 0 }).start(setup({ tokens: [9] }, { model: flat(SIZE) }));
    const row = new Float32Array(SIZE);
    [row[3], row[5]] = [9, 8.5];
    drafting.observe?.(roundOf(0, [3, 9], { logits: () => row, verdict: { path: [0], next: 9 } }));
    const { tokens, confidence = [] } = await drafting.propose(
      context({ prompt: [9], output: [3, 9], ...room(2, 1) }),
    );
    expect(tokens).toEqual([3, 5]);
    expect(confidence[0]).toBeGreaterThan(confidence[1]);
  });

  it("guesses with its network where nothing was counted, once an answer is over", async () => {
    const ask = async (drafter: PredictiveDrafter) => {
      const drafting = await drafter.start(setup({ tokens: [30, 31, 32, 17] }, { model: flat(SIZE) }));
      const draft = await drafting.propose(context({ prompt: [30, 31, 32, 17], ...room(1) }));
      await drafting.close?.();
      return draft.tokens;
    };
    const taught = async (options: OsdOptions) => {
      const drafter = osd(options);
      const drafting = await drafter.start(setup({ tokens: [1] }, { model: flat(SIZE) }));
      const row = new Float32Array(SIZE).fill(-9);
      row[4] = 9;
      drafting.observe?.(roundOf(0, [4, 4, 4], { logits: () => row, verdict: { path: [0, 1], next: 4 } }));
      expect(await ask(drafter)).toEqual([]);
      await drafting.close?.();
      return ask(drafter);
    };
    expect(await taught({})).toEqual([4]);
    expect(await taught({ steps: 0 })).toEqual([]);
  });

  it("is the same again with the same seed, and goes together with others", async () => {
    const prompts = [1, 2, 3, 4];
    const runs = await Promise.all([1, 2].map(() => acceptance(osd({ seed: 5 }), 1, prompts)));
    expect(runs[0]).toEqual(runs[1]);
    const both = await acceptance(mixture(osd(), suffix()), 1, prompts);
    expect(mean(both)).toBeGreaterThan(1);
  });

  it("refuses settings that are none", () => {
    expect(() => osd({ steps: -1 })).toThrow(/steps is -1/);
    expect(() => osd({ steps: 1.5 })).toThrow(/steps is 1.5: give a whole number/);
    expect(() => osd({ memory: -1 })).toThrow(/memory is -1/);
  });
});

describe("a log-bilinear network", () => {
  const example = (last: Token, tokens: Token[], shares: number[]) => ({
    context: [1, 2, last],
    top: { tokens, shares },
  });

  it("comes near the distributions that it is shown", () => {
    const head = logBilinear(createNoise(1));
    expect(head.predict([1], 3)).toEqual({ tokens: [], shares: [] });
    for (let i = 0; i < 300; i++) {
      head.learn(example(7, [10, 11], [0.7, 0.3]));
      head.learn(example(8, [12], [1]));
    }
    const { tokens, shares } = head.predict([1, 2, 7], 3);
    expect(tokens).toEqual([10, 11, 12]);
    expect(shares[0]).toBeCloseTo(0.7, 1);
    expect(shares[1]).toBeCloseTo(0.3, 1);
    expect(head.predict([1, 2, 8], 1).tokens).toEqual([12]);
  });

  it("makes room for new tokens where it knows as many as it can", () => {
    const head = logBilinear(createNoise(1));
    for (let token = 0; token < 3000; token++) head.learn(example(7, [token], [1]));
    for (let i = 0; i < 30; i++) head.learn(example(7, [2999], [1]));
    expect(head.predict([1, 2, 7], 1).tokens).toEqual([2999]);
    expect(head.predict([1, 2, 7], 3000).tokens).not.toContain(0);
  });

  it("copies itself whole", () => {
    const head = logBilinear(createNoise(1));
    head.learn(example(7, [10], [1]));
    const before = head.predict([1, 2, 7], 2);
    const copy = head.copy();
    for (let i = 0; i < 20; i++) copy.learn(example(7, [11], [1]));
    expect(head.predict([1, 2, 7], 2)).toEqual(before);
    expect(copy.predict([1, 2, 7], 1).tokens).toEqual([11]);
  });
});

describe("what sequences share", () => {
  it("is what it was for those that run, and new for those that start later", () => {
    const list = shared<number[]>([], (of) => of.slice());
    const [one, other] = [list.open(), list.open()];
    one.close((into) => into.push(1));
    expect([other.known, list.current]).toEqual([[], [1]]);
    other.close();
    const third = list.open();
    third.close((into) => into.push(2));
    expect(third.known).toEqual([1, 2]);
  });
});
