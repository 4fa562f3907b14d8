import { describe, expect, it } from "vitest";
import {
  divergence,
  draftKinds,
  samplingFloor,
  toyModel,
  verifierChecks,
} from "../../src/conformance/index.js";
import {
  createNoise,
  decode,
  distribution,
  fixedLength,
  pick,
  plain,
  type Token,
  type Verifier,
} from "../../src/core/index.js";
import {
  agreement,
  group,
  identical,
  lenient,
  nearest,
  tolerance,
  topk,
  typical,
} from "../../src/verifiers/index.js";
import { conforms } from "./run.js";

const next = (token: Token) => [(token + 1) % 4];
const halves = (token: Token) => token >> 1;

const relaxed: Record<string, () => Verifier> = {
  tolerance: () => tolerance({ beta: 0.2 }),
  nearest: () => nearest({ delta: 0.3, neighbours: next }),
  group: () => group({ groupOf: halves }),
  typical: () => typical({ epsilon: 0.3 }),
  lenient: () => lenient({ lenience: 0.5 }),
  topk: () => topk({ k: 2 }),
};
for (const [name, create] of Object.entries(relaxed)) conforms(name, verifierChecks(create));

const strict: Record<string, () => Verifier> = {
  tolerance: () => tolerance({ beta: 0 }),
  nearest: () => nearest({ delta: 0, neighbours: next }),
  group: () => group({ groupOf: (token) => token }),
  lenient: () => lenient({ lenience: 1 }),
  topk: () => topk({ k: 0 }),
};
const kinds = draftKinds(toyModel({ unlike: { seed: 9, share: 0.4 } }));

async function tokensOf(verifier: Verifier, drafts: boolean, seed: number) {
  const tokens: Token[] = [];
  const speculation = drafts ? { drafter: kinds["drawn chain"], plan: fixedLength(4) } : { plan: plain() };
  const options = {
    target: toyModel(),
    encoded: { tokens: [0, 1] },
    verifier,
    seed,
    maxTokens: 24,
    ...speculation,
  };
  for await (const round of decode(options)) tokens.push(...round.tokens);
  return tokens;
}

describe("a relaxed verifier with its knob at 0", () => {
  for (const [name, create] of Object.entries(strict))
    it(`gives plain decoding's tokens: ${name}`, async () => {
      for (let seed = 0; seed < 20; seed++)
        expect(await tokensOf(create(), true, seed)).toEqual(await tokensOf(identical(), false, seed));
    });
});

describe("a relaxed verifier keeps its bound", () => {
  // One token behind one guess: the distribution of a single position is all that is asked about.
  const target = toyModel();
  const first = async (verifier: Verifier, drafter: string, runs: number) => {
    const counts = new Float64Array(4);
    for (let seed = 0; seed < runs; seed++) {
      const options = {
        target,
        encoded: { tokens: [0, 1] },
        seed,
        plan: fixedLength(1),
        drafter: kinds[drafter],
      };
      for await (const { tokens } of decode({ ...options, verifier, maxTokens: 2 })) {
        counts[tokens[0]]++;
        break;
      }
    }
    return counts.map((count) => count / runs);
  };
  const row = target.logits([0, 1]);
  const weights = row.map(Math.exp);
  const total = weights.reduce((a, b) => a + b, 0);
  const exact = Array.from(weights, (weight) => weight / total);
  const runs = 20_000;
  const floor = samplingFloor(new Map(exact.map((p, token) => [String(token), p])), runs);
  const distance = (a: ArrayLike<number>) => exact.reduce((sum, p, i) => sum + Math.abs(p - a[i]) / 2, 0);

  for (const drafter of ["drawn chain", "certain chain"]) {
    it(`tolerance and nearest: total variation at most the knob (${drafter})`, async () => {
      const loose = await first(tolerance({ beta: 0.2 }), drafter, runs);
      expect(distance(loose)).toBeLessThan(0.2 + floor);
      expect(distance(loose)).toBeGreaterThan(floor);
      expect(distance(await first(nearest({ delta: 0.2, neighbours: next }), drafter, runs))).toBeLessThan(
        0.2 + floor,
      );
    });
    it(`group: the groups' distribution is exact (${drafter})`, async () => {
      const found = await first(group({ groupOf: halves }), drafter, runs);
      expect(Math.abs(found[0] + found[1] - exact[0] - exact[1])).toBeLessThan(floor);
    });
    it(`lenient: no token more often than allowed (${drafter})`, async () => {
      const found = await first(lenient({ lenience: 0.5 }), drafter, runs);
      for (const [token, p] of exact.entries()) expect(found[token]).toBeLessThan(2 * p + floor);
    });
  }
});

it("two draws with the same noise agree as often as the formula says", () => {
  const make = (weights: number[]) => distribution(Int32Array.of(0, 1, 3), Float64Array.from(weights));
  const [p, q] = [make([5, 3, 1]), make([1, 4, 2])];
  const runs = 40_000;
  const [guesses, agreed] = [new Float64Array(4), new Float64Array(4)];
  for (let position = 0; position < runs; position++) {
    const noise = createNoise(3);
    const [guess, own] = [pick(q, noise, position), pick(p, noise, position)];
    guesses[guess]++;
    if (guess === own) agreed[guess]++;
  }
  for (const guess of [0, 1, 3])
    expect(agreed[guess] / guesses[guess]).toBeCloseTo(agreement({ guess, pick: -1, p, q }), 1);
});

it("more relaxed is more accepted", async () => {
  const runs = 4_000;
  const rates: number[] = [];
  for (const beta of [0, 0.2, 0.5])
    rates.push((await divergence(tolerance({ beta }), kinds["drawn chain"], { runs })).tokensPerPass);
  expect(rates[1]).toBeGreaterThan(rates[0]);
  expect(rates[2]).toBeGreaterThan(rates[1]);
});
