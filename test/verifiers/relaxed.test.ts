import { describe, expect, it } from "vitest";
import {
  certain,
  chain,
  createNoise,
  createSampler,
  type Draft,
  type Drafter,
  decode,
  pick,
  type Sampling,
  type Token,
  type Verifier,
} from "../../src/core/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { functionModel } from "../../src/targets/index.js";
import { group, lenient, relaxed, rollback, topk, typical } from "../../src/verifiers/index.js";

/** Temperature 1: .45, .30, .15, .07, .03. */
const ROW = Float32Array.from([0.45, 0.3, 0.15, 0.07, 0.03], Math.log);
const TOKENS = [0, 1, 2, 3, 4];

const stands = (verifier: Verifier, guess: Token, sampling: Sampling, row = ROW, seed = 1) => {
  const sampler = createSampler(sampling);
  const history = { prompt: [0], output: [], path: [] };
  const noise = createNoise(seed);
  let asked = 0;
  const { path, next } = verifier.verify({
    draft: chain([guess]),
    target: () => sampler(row, history),
    logits: () => {
      asked++;
      return sampler.logits(row, history);
    },
    pick: (of, depth) => pick(of, noise, depth),
    chance: noise.chance,
  });
  return { stood: path.length === 1, next, asked };
};
const standing = (verifier: Verifier, sampling: Sampling = { temperature: 0 }, row = ROW) =>
  TOKENS.filter((guess) => stands(verifier, guess, sampling, row).stood);

describe("at temperature 0", () => {
  it("topk goes by the rank among the logits", () => {
    expect(standing(topk({ k: 1 }))).toEqual([0]);
    expect(standing(topk({ k: 3 }))).toEqual([0, 1, 2]);
    expect(standing(topk({ k: 9 }))).toEqual(TOKENS);
  });

  it("topk takes no token that is masked", () => {
    const row = ROW.map((logit, token) => (token === 1 ? Number.NEGATIVE_INFINITY : logit));
    expect(standing(topk({ k: 3 }), { temperature: 0 }, row)).toEqual([0, 2, 3]);
    expect(standing(topk({ k: 9 }), { temperature: 0 }, row)).toEqual([0, 2, 3, 4]);
  });

  it("typical goes by probabilities and entropy at temperature 1", () => {
    // The entropy is 1.296 nats: min(.4, .632 exp(-1.296)) = .173, and min(.09, .3 exp(-1.296)) = .0821.
    expect(standing(typical({ epsilon: 0.4 }))).toEqual([0, 1]);
    expect(standing(typical({ epsilon: 0.09 }))).toEqual([0, 1, 2]);
    expect(standing(typical({ epsilon: 0.04 }))).toEqual([0, 1, 2, 3]);
  });

  it("lenient goes by the share of the likeliest token's probability (appendix A.5)", () => {
    expect(standing(lenient({ lenience: 1 }))).toEqual([0]);
    expect(standing(lenient({ lenience: 0.5 }))).toEqual([0, 1]);
    expect(standing(lenient({ lenience: 0.3 }))).toEqual([0, 1, 2]);
    expect(standing(lenient({ lenience: 0 }))).toEqual(TOKENS);
    // Equal to the likeliest: still not plain decoding's.
    expect(standing(lenient({ lenience: 1 }), { temperature: 0 }, new Float32Array(5))).toEqual([0]);
  });

  it("topk keeps within a margin of the likeliest (SpecDec's tau)", () => {
    // Below the top, in nats: .41, 1.10, 1.86, 2.71.
    expect(standing(topk({ k: 4, margin: 0 }))).toEqual([0]);
    expect(standing(topk({ k: 4, margin: 0.5 }))).toEqual([0, 1]);
    expect(standing(topk({ k: 4, margin: 2 }))).toEqual([0, 1, 2, 3]);
    expect(standing(topk({ k: 3, margin: 2 }))).toEqual([0, 1, 2]);
  });

  it("rollback goes by the surprise at temperature 1", () => {
    // In nats: .80, 1.20, 1.90, 2.66, 3.51.
    expect(standing(rollback({ distance: 0 }))).toEqual([0]);
    expect(standing(rollback({ distance: 1.25 }))).toEqual([0, 1]);
    expect(standing(rollback({ distance: 2.7 }))).toEqual([0, 1, 2, 3]);
    const row = ROW.map((logit, token) => (token === 1 ? Number.NEGATIVE_INFINITY : logit));
    expect(standing(rollback({ distance: 99 }), { temperature: 0 }, row)).toEqual([0, 2, 3, 4]);
  });

  it("tells the bound to whoever asks for it", () => {
    const target = createSampler({ temperature: 0 })(ROW, { prompt: [0], output: [], path: [] });
    const near = topk({ k: 3, margin: 0.5 });
    for (const verifier of [
      topk({ k: 2 }),
      near,
      rollback({ distance: 1.25 }),
      typical({ epsilon: 0.4 }),
      lenient({ lenience: 0.5 }),
    ]) {
      const { guarantee } = verifier;
      if (typeof guarantee === "string") throw new Error("not relaxed");
      expect(TOKENS.filter((guess) => guarantee.admits?.(guess, ROW, target))).toEqual([0, 1]);
    }
  });
});

describe("above temperature 0", () => {
  it("what sampling cuts off does not stand", () => {
    const sampling = { topK: 2 };
    expect(standing(topk({ k: 4 }), sampling)).toEqual([0, 1]);
    expect(standing(typical({ epsilon: 0 }), sampling)).toEqual([0, 1]);
  });

  it("a tail that is cut off by its size alone does not stand", () => {
    const row = Float32Array.of(0, -1, -2, -60, -70);
    expect(standing(topk({ k: 4 }), {}, row)).toEqual([0, 1, 2]);
  });

  it("asks for the logits only where they are needed", () => {
    const other = TOKENS.find((guess) => !stands(lenient({ lenience: 1 }), guess, {}).stood) ?? 0;
    for (const verifier of [lenient({ lenience: 0.5 }), typical({ epsilon: 0.3 }), rollback({ distance: 1 })])
      expect(stands(verifier, other, {}).asked).toBe(0);
  });
});

/** The verdict on a draft where plain decoding draws `tokens`, one place after the other. */
const verdict = (verifier: Verifier, draft: Draft, tokens: readonly Token[]) =>
  verifier.verify({
    draft,
    target: () => certain(0),
    logits: () => ROW,
    pick: (_, depth) => tokens[depth],
    chance: () => 0.5,
  });

describe("rows of guesses that plain decoding does not draw", () => {
  const judge = (mismatches: number | undefined, guesses: readonly Token[], tokens: readonly Token[]) =>
    verdict(rollback({ distance: 9, mismatches }), chain(guesses), tokens);

  it("fall back to their first where they are longer than allowed", () => {
    expect(judge(2, [0, 1, 1, 1], [0, 2, 3, 4, 0])).toEqual({ path: [0], next: 2 });
    expect(judge(0, [0, 1], [0, 2, 3])).toEqual({ path: [0], next: 2 });
  });

  it("stand up to that length, at a draft's end as well, and end where a guess is the draw", () => {
    expect(judge(3, [0, 1, 1, 1], [0, 2, 3, 4, 0])).toEqual({ path: [0, 1, 2, 3], next: 0 });
    expect(judge(1, [1, 0, 1, 0, 1], [2, 0, 2, 0, 2, 4])).toEqual({ path: [0, 1, 2, 3, 4], next: 4 });
    expect(judge(undefined, [1, 1, 1], [0, 0, 0, 0])).toEqual({ path: [0, 1, 2], next: 0 });
  });

  it("stay where it is another guess that falls by itself", () => {
    const near = rollback({ distance: 1.25, mismatches: 2 });
    expect(verdict(near, chain([1, 1, 4]), [0, 0, 0, 0])).toEqual({ path: [0, 1], next: 0 });
  });
});

describe("trees", () => {
  const siblings: Draft = { tokens: [3, 1, 0, 2, 0], parents: [-1, -1, -1, 1, 2] };
  it("a sibling that is plain decoding's draw comes before all others", () => {
    expect(verdict(topk({ k: 4 }), siblings, [0, 0, 4])).toEqual({ path: [2, 4], next: 4 });
  });

  it("else the first one that is admitted", () => {
    expect(verdict(topk({ k: 4 }), siblings, [4, 0, 2])).toEqual({ path: [0], next: 0 });
    expect(verdict(typical({ epsilon: 0.09 }), siblings, [4, 2, 1])).toEqual({ path: [1, 3], next: 1 });
    expect(verdict(rollback({ distance: 1.25 }), siblings, [4, 4, 1])).toEqual({ path: [1], next: 4 });
    expect(verdict(group({ groupOf: (token) => token >> 1 }), siblings, [2, 0])).toEqual({
      path: [0],
      next: 0,
    });
  });

  it("all nodes with the same tokens before them are followed", () => {
    const twins: Draft = { tokens: [1, 1, 2, 0, 3], parents: [-1, -1, 0, 1, 3] };
    expect(verdict(topk({ k: 4 }), twins, [4, 0, 3, 0])).toEqual({ path: [1, 3, 4], next: 0 });
  });

  it("roll back along their path", () => {
    const short = rollback({ distance: 9, mismatches: 1 });
    expect(verdict(short, siblings, [0, 1, 2])).toEqual({ path: [2, 4], next: 2 });
    expect(verdict(short, siblings, [2, 0, 4])).toEqual({ path: [0], next: 0 });
    expect(
      verdict(short, { ...siblings, tokens: [1, 3, 0, 2, 0], parents: [-1, -1, -1, 0, 2] }, [4, 3, 4]),
    ).toEqual({
      path: [],
      next: 4,
    });
  });

  it("a chance that stays is given to each token once", () => {
    let asked = 0;
    const never = relaxed({
      name: "never",
      shape: "tree",
      guarantee: { bound: "none", totalVariation: 0 },
      chanceOf: () => {
        asked++;
        return 0;
      },
    });
    expect(verdict(never, { tokens: [1, 1, 2], parents: [-1, -1, -1] }, [0])).toEqual({ path: [], next: 0 });
    expect(asked).toBe(2);
  });
});

it("temperature 0 and a run: penalties count, and drafts of second choices stand", async () => {
  const target = functionModel(() => ROW, { vocabularySize: 5 });
  const second: Drafter = {
    name: "second",
    start: async () => ({ propose: ({ budget }) => chain(new Array<Token>(budget.depth).fill(1)) }),
  };
  const run = async (sampling: Sampling) => {
    const tokens: Token[] = [];
    const settings = {
      target,
      encoded: { tokens: [0] },
      plan: fixedLength(3),
      drafter: second,
      maxTokens: 8,
    };
    for await (const round of decode({ ...settings, verifier: topk({ k: 2 }), sampling }))
      tokens.push(...round.tokens);
    return tokens.join("");
  };
  expect(await run({ temperature: 0 })).toBe("11101110");
  // Once it has come, token 1 is less likely than 0, 2, 3 and 4.
  expect((await run({ temperature: 0, presencePenalty: 9 })).slice(0, 2)).toBe("10");
});

it("settings that are none are refused by name", () => {
  expect(() => topk({ k: Number.NaN })).toThrow(/k of the verifier "topk" is NaN/);
  expect(() => topk({ k: -1 })).toThrow(/"topk" is -1/);
  expect(() => typical({ epsilon: 2 })).toThrow(/epsilon.*2/);
  expect(() => topk({ k: 1, margin: -1 })).toThrow(/margin of the verifier "topk" is -1/);
  expect(() => rollback({ distance: -1 })).toThrow(/distance of the verifier "rollback" is -1/);
  expect(() => rollback({ distance: 1, mismatches: 0.5 })).toThrow(/mismatches .* is 0.5: give a whole/);
});
