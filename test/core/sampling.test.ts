import { describe, expect, it } from "vitest";
import {
  createNoise,
  createSampler,
  type History,
  likeliest,
  pick,
  probability,
  type Sampling,
  sample,
  softmax as softmaxOf,
} from "../../src/core/index.js";

const nothing: History = { prompt: [], output: [], path: [] };
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
  it("adds biases first, to single tokens", () => {
    expectClose(shares({ logitBias: { 4: 5, 0: -100 } }), softmax([-98, 1, 0, -1, 3]));
    expectClose(
      shares({ logitBias: { 4: 6 }, repetitionPenalty: 2 }, { ...nothing, output: [4] }),
      softmax([2, 1, 0, -1, 2]),
    );
    expect(shares({ logitBias: { 3: 9 }, temperature: 0 })).toEqual([0, 0, 0, 1, 0]);
    expectClose(shares({ logitBias: { 4: 100 } }, nothing, Uint32Array.of(0b00011)), [
      ...softmax([2, 1]),
      0,
      0,
      0,
    ]);
    expect(logits).toEqual(Float32Array.of(2, 1, 0, -1, -2));
  });
  it("does not bias what can never be, nor hide what is no logit", () => {
    const biased = createSampler({ logitBias: { 1: 100, 2: 100 } });
    const row = Float32Array.of(0, Number.NEGATIVE_INFINITY, 1);
    expect([...biased.logits(row, nothing)]).toEqual([0, Number.NEGATIVE_INFINITY, 101]);
    expect(() => biased(Float32Array.of(0, Number.NaN, 1), nothing)).toThrow(/the logit of token 1 is NaN/);
  });
  it("refuses biases of no tokens, and out of range", () => {
    expect(() => createSampler({ logitBias: { 1.5: 1 } })).toThrow("a token of logitBias is 1.5");
    expect(() => createSampler({ logitBias: { 1: 101 } })).toThrow("logitBias of token 1 is 101");
    const beyond = createSampler({ logitBias: { 5: 1 } });
    expect(() => beyond(logits, nothing)).toThrow("logitBias names token 5, and there are tokens 0 to 4");
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
    expect(() => createSampler({ topK: 1.5 })).toThrow("topK is 1.5: give a whole number from 0");
    expect(() => createSampler({ temperature: "1" as never })).toThrow(/temperature is 1: give a number/);
  });
});

const INFINITY = Number.POSITIVE_INFINITY;
/** Settings that between them take every way through the sampler. */
const ways: Sampling[] = [
  {},
  { temperature: 0 },
  { temperature: 0.3 },
  { topK: 2 },
  { topP: 0.9 },
  { minP: 0.1 },
  { minP: 0.1, topK: 3 },
  { typicalP: 0.9 },
  { repetitionPenalty: 1.3 },
  { presencePenalty: 1, frequencyPenalty: -1 },
];
const places = Array.from({ length: 8 }, (_, place) => place);

describe.each(ways)("what is no logit, %j", (sampling) => {
  const sampler = createSampler(sampling);
  const history = { prompt: [2], output: [1, 1], path: [3], where: 'the model "x", behind token 4' };
  const rising = (place: number, value: number) =>
    Float32Array.from(places, (token) => (token === place ? value : token / 4));

  it.each([Number.NaN, INFINITY])("%d is a failure wherever it stands, masked or not", (value) => {
    const masks = [undefined, Uint32Array.of(0b11), Uint32Array.of(0b11111100)];
    for (const place of places)
      for (const mask of masks)
        for (const ask of [sampler, sampler.logits]) {
          const said = `the logit of token ${place} is ${value}`;
          expect(() => ask(rising(place, value), history, mask)).toThrow(`${history.where}: ${said}`);
          expect(() => ask(rising(place, value), { ...history, where: undefined })).toThrow(
            `the model: ${said}`,
          );
        }
    expect(() => sampler(new Float32Array(8).fill(value), history)).toThrow(
      expect.objectContaining({ kind: "failure" }),
    );
  });

  it("-Infinity is a mask: never listed, never chosen", () => {
    const noise = createNoise(1);
    for (const place of places) {
      const left = sampler(rising(place, -INFINITY), history);
      const masked = sampler(rising(place, 0), history, Uint32Array.of(0xff ^ (1 << place)));
      expect(likeliest(left)).not.toBe(place);
      expect([...left.tokens]).toEqual([...masked.tokens]);
      expect([...left.weights]).toEqual([...masked.weights]);
      for (let i = 0; i < 50; i++) {
        expect(pick(left, noise, i)).toBe(pick(masked, noise, i));
        expect(sample(left, i / 50)).toBe(sample(masked, i / 50));
      }
      expect([...left.weights].every((weight) => weight > 0 && weight < INFINITY)).toBe(true);
    }
    const only = rising(-1, 0).map((_, token) => (token === 1 ? 0 : -INFINITY));
    expect([...sampler(only, history).tokens]).toEqual([1]);
  });

  it("a row without a possible token is a failure, and not the mask's fault", () => {
    const none = new Float32Array(8).fill(-INFINITY);
    const two = rising(-1, 0).map((logit, token) => (token < 2 ? logit : -INFINITY));
    for (const ask of [sampler, sampler.logits]) {
      expect(() => ask(none, history)).toThrow(
        `${history.where}: no token is possible, the logits of all 8 tokens`,
      );
      expect(() => ask(two, history, Uint32Array.of(0b1100))).toThrow(
        "no token is possible, the logits of all tokens that the rules allow are -Infinity",
      );
      expect(() => ask(two, history, Uint32Array.of(0))).toThrow(expect.objectContaining({ kind: "usage" }));
    }
  });
});

describe("extreme numbers", () => {
  const draws = (row: number[], sampling: Sampling) => {
    const left = createSampler(sampling)(Float32Array.from(row), nothing);
    const noise = createNoise(2);
    const picked = new Set(Array.from({ length: 200 }, (_, i) => pick(left, noise, i)));
    return { left, picked: [...picked].sort((a, b) => a - b) };
  };

  it.each([5e-324, 1e-310, 1e-300, 1e-12])(
    "a temperature of %d is the likeliest, equals kept",
    (temperature) => {
      for (const cut of [{}, { topK: 3 }, { topP: 0.9 }, { minP: 0.5 }, { typicalP: 0.9 }]) {
        const sampling = { temperature, ...cut };
        const { left, picked } = draws([1, 2, 0.5, -INFINITY, 1.5], sampling);
        expect([[...left.tokens], [...left.weights], picked]).toEqual([[1], [1], [1]]);
      }
      const { left, picked } = draws([1, 2, 0.5, 2], { temperature });
      expect([[...left.tokens], [...left.weights], picked]).toEqual([
        [1, 3],
        [1, 1],
        [1, 3],
      ]);
    },
  );

  it("a softmax at temperature 0 is the likeliest, equals kept", () => {
    const left = softmaxOf({ row: Float32Array.of(1, 2, 0.5, 2), temperature: 0, top: 1 });
    const picked = Array.from({ length: 100 }, (_, i) => pick(left, createNoise(2), i));
    expect([[...left.tokens], [...left.weights]]).toEqual([
      [1, 3],
      [1, 1],
    ]);
    expect(new Set(picked)).toEqual(new Set([1, 3]));
  });

  it("logits may be as large as floats are", () => {
    for (const large of [1e30, 3.4e38]) {
      const { left, picked } = draws([large, large, -large, 0], {});
      expect([[...left.tokens], [...left.weights], picked]).toEqual([
        [0, 1],
        [1, 1],
        [0, 1],
      ]);
    }
  });

  it("no penalty makes a mask, or no logit, of a logit", () => {
    const history = { prompt: [0, 1], output: [0, 1, 2], path: [] };
    const row = Float32Array.of(3e38, -3e38, -INFINITY, 1);
    for (const repetitionPenalty of [1e-320, 1e-30, 100]) {
      const changed = createSampler({ repetitionPenalty, presencePenalty: -100 }).logits(row, history);
      expect(Number.isFinite(changed[0]) && Number.isFinite(changed[1])).toBe(true);
      expect([changed[2], changed[3]]).toEqual([-INFINITY, 1]);
    }
  });
});

describe("the row before temperature and cuts", () => {
  const history = { prompt: [0], output: [1, 1], path: [3] };
  it("is penalised and masked", () => {
    const sampler = createSampler({ temperature: 0, topK: 1, repetitionPenalty: 2, frequencyPenalty: 0.5 });
    const row = logits.slice();
    expect([...sampler.logits(row, history)]).toEqual([1, -0.5, 0, -2.5, -2]);
    expect([...sampler.logits(row, history, Uint32Array.of(0b01010))]).toEqual([
      -INFINITY,
      -0.5,
      -INFINITY,
      -2.5,
      -INFINITY,
    ]);
    expect(row).toEqual(logits);
  });
  it("is the argument itself where nothing changes it", () => {
    const sampler = createSampler({ temperature: 0.5 });
    expect(sampler.logits(logits, history)).toBe(logits);
    expect(sampler.logits(logits, history, Uint32Array.of(0b00111))).toEqual(
      Float32Array.of(2, 1, 0, -INFINITY, -INFINITY),
    );
  });
  it("has the softmax that the sampler gives", () => {
    const sampler = createSampler({ presencePenalty: 1, repetitionPenalty: 1.5 });
    const mask = Uint32Array.of(0b11011);
    const row = [...sampler.logits(logits, history, mask)];
    const left = sampler(logits, history, mask);
    expectClose(
      row.map((_, token) => probability(left, token)),
      softmax(row),
    );
  });
});
