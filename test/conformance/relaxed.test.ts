import { describe, expect, it } from "vitest";
import { divergence, draftKinds, toyModel, verifierChecks } from "../../src/conformance/index.js";
import { createNoise, decode, distribution, pick, type Token, type Verifier } from "../../src/core/index.js";
import { fixedLength, plain } from "../../src/plans/index.js";
import {
  agreement,
  group,
  identical,
  lenient,
  nearest,
  rollback,
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
  "topk with a margin": () => topk({ k: 3, margin: 1 }),
  rollback: () => rollback({ distance: 1.5 }),
  "rollback of rows": () => rollback({ distance: 3, mismatches: 1 }),
};
for (const [name, create] of Object.entries(relaxed)) conforms(name, verifierChecks(create));

const strict: Record<string, () => Verifier> = {
  tolerance: () => tolerance({ beta: 0 }),
  nearest: () => nearest({ delta: 0, neighbours: next }),
  group: () => group({ groupOf: (token) => token }),
  lenient: () => lenient({ lenience: 1 }),
  topk: () => topk({ k: 0 }),
  rollback: () => rollback({ distance: 0 }),
  "rollback of rows": () => rollback({ distance: 9, mismatches: 0 }),
};
const kinds = draftKinds(toyModel({ unlike: { seed: 9, share: 0.4 } }));

async function tokensOf(verifier: Verifier, drafts: boolean, seed: number, temperature: number) {
  const tokens: Token[] = [];
  const speculation = drafts ? { drafter: kinds["drawn chain"], plan: fixedLength(4) } : { plan: plain() };
  const options = { target: toyModel(), encoded: { tokens: [0, 1] }, sampling: { temperature } };
  for await (const round of decode({ ...options, verifier, seed, maxTokens: 24, ...speculation }))
    tokens.push(...round.tokens);
  return tokens;
}

describe("a relaxed verifier with its knob at 0", () => {
  for (const [name, create] of Object.entries(strict))
    for (const temperature of [1, 0])
      it(`gives plain decoding's tokens: ${name}, temperature ${temperature}`, async () => {
        for (let seed = 0; seed < (temperature ? 20 : 1); seed++)
          expect(await tokensOf(create(), true, seed, temperature)).toEqual(
            await tokensOf(identical(), false, seed, temperature),
          );
      });
});

it("two draws with the same noise agree as often as the formula says", () => {
  const make = (weights: number[]) => distribution(Int32Array.of(0, 1, 3), Float64Array.from(weights));
  const [p, q] = [make([5, 3, 1]), make([1, 4, 2])];
  const runs = 40_000;
  const [guesses, agreed] = [new Float64Array(4), new Float64Array(4)];
  const noise = createNoise(3);
  for (let position = 0; position < runs; position++) {
    const [guess, own] = [pick(q, noise, position), pick(p, noise, position)];
    guesses[guess]++;
    if (guess === own) agreed[guess]++;
  }
  for (const guess of [0, 1, 3])
    expect(agreed[guess] / guesses[guess]).toBeCloseTo(agreement({ guess, p, q }), 1);
});

it("more relaxed is more accepted", async () => {
  const rates: number[] = [];
  for (const beta of [0, 0.2, 0.5])
    rates.push((await divergence(tolerance({ beta }), kinds["drawn chain"], { runs: 2_000 })).tokensPerPass);
  expect(rates[1]).toBeGreaterThan(rates[0]);
  expect(rates[2]).toBeGreaterThan(rates[1]);
});
