import { describe, expect, it } from "vitest";
import { createSampler, likeliest, probability, type Sampling } from "../../src/core/index.js";

const nothing = { prompt: [], output: [], path: [] };
const logits = Float32Array.of(2, 1, 0, -1, -2);
const shares = (sampling: Sampling, history = nothing, mask?: Uint32Array) => {
  const found = createSampler(sampling)(logits, history, mask);
  return Array.from(logits, (_, token) => probability(found, token));
};
const softmax = (values: number[]) => {
  const weights = values.map(Math.exp);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
};
const expectClose = (got: number[], wanted: number[]) =>
  got.forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i], 6);
  });

describe("sampling", () => {
  it("is softmax by itself", () => expectClose(shares({}), softmax([2, 1, 0, -1, -2])));
  it("divides by the temperature", () =>
    expectClose(shares({ temperature: 0.5 }), softmax([4, 2, 0, -2, -4])));
  it("is greedy at temperature 0, the lowest token among equals", () => {
    expect(shares({ temperature: 0 })).toEqual([1, 0, 0, 0, 0]);
    expect(likeliest(createSampler({ temperature: 0 })(Float32Array.of(1, 3, 3), nothing))).toBe(1);
  });
  it("keeps the k likeliest", () => expectClose(shares({ topK: 2 }), [...softmax([2, 1]), 0, 0, 0]));
  it("keeps the likeliest that hold a share of p, the one that crosses it included", () => {
    expectClose(shares({ topP: 0.64 }), [...softmax([2, 1]), 0, 0, 0]);
    expectClose(shares({ topP: 0.6 }), [1, 0, 0, 0, 0]);
  });
  it("drops what is below a share of the likeliest", () =>
    expectClose(shares({ minP: 0.2 }), [...softmax([2, 1]), 0, 0, 0]));
  it("keeps typical tokens, which need not be the likeliest", () => {
    const peaked = createSampler({ typicalP: 0.2 })(
      Float32Array.of(Math.log(0.5), Math.log(0.3), Math.log(0.2)),
      nothing,
    );
    expect([...peaked.tokens]).toEqual([1]);
  });
  it("applies the repetition penalty to prompt, output and drafted path, by sign", () => {
    const history = { prompt: [0], output: [2], path: [4] };
    expectClose(shares({ repetitionPenalty: 2 }, history as never), softmax([1, 1, 0, -1, -4]));
  });
  it("subtracts presence once and frequency by count, prompt left out", () => {
    const history = { prompt: [1], output: [0, 0], path: [3] };
    expectClose(
      shares({ presencePenalty: 0.5, frequencyPenalty: 0.25 }, history as never),
      softmax([1, 1, 0, -1.75, -2]),
    );
  });
  it("masks before anything else", () => {
    expectClose(shares({ topK: 1 }, nothing, Uint32Array.of(0b11100)), [0, 0, 1, 0, 0]);
    expect(() => shares({}, nothing, Uint32Array.of(0))).toThrow(/allow no token/);
  });
  it("refuses settings out of range by name", () => {
    expect(() => createSampler({ temperature: -1 })).toThrow(/temperature is -1/);
    expect(() => createSampler({ topP: 1.5 })).toThrow(/topP is 1.5/);
    expect(() => createSampler({ minP: Number.NaN })).toThrow(/minP is NaN/);
  });
});
