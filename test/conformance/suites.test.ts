import { describe, expect, it } from "vitest";
import { verifierChecks } from "../../src/conformance/index.js";
import { type Drafter, decode, type Verdict, type Verifier } from "../../src/core/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { functionModel } from "../../src/targets/index.js";
import { identical, lenient, relaxed, tolerance, topk } from "../../src/verifiers/index.js";
import { faultsOf } from "./run.js";

describe("verifierChecks", () => {
  const accepting = (guarantee: Verifier["guarantee"]): Verifier => ({
    ...tolerance({ beta: 1 }),
    name: "yes",
    guarantee,
  });
  const bounds = async (verifier: Verifier) =>
    (await faultsOf(verifierChecks(() => verifier, { runs: 2_000 }))).join("\n");

  it("holds relaxed verifiers to their numbers", async () => {
    const bound = "none to speak of";
    expect(await bounds(accepting({ bound, totalVariation: 0.001 }))).toMatch(
      /keeps its bound at temperature 1: drawn guesses.*total variation [\d.]+ where 0.001 is the most/,
    );
    expect(await bounds(accepting({ bound, ratio: 1.5 }))).toMatch(/1.5 times as often is the most/);
    expect(await bounds(accepting({ bound, exactOver: (token) => token >> 1 }))).toMatch(/exactOver/);
    expect(await bounds(accepting({ bound, admits: (guess) => guess < 2 }))).toMatch(
      /token \d, which is not admitted/,
    );
    expect(await bounds(accepting({ bound, inARow: 2 }))).toMatch(
      /3 guesses in a row stand that plain decoding does not draw, and 2 is the most/,
    );
    expect(await bounds(accepting({ bound, totalVariation: 1, inARow: 3 }))).toBe("");
  });

  it("wants a number that is one", async () => {
    const verifier = accepting({ bound: "somewhat relaxed" });
    expect(await bounds(verifier)).toMatch(/states its bound as a number: yes states no number/);
    expect(await bounds(accepting({ bound: "", totalVariation: Number.NaN }))).toMatch(
      /totalVariation is NaN/,
    );
    expect(await bounds(lenient({ lenience: 0 }))).toMatch(/ratio is Infinity/);
  });

  it("sees a bound that is kept for the first guess only", async () => {
    const first = relaxed({
      name: "first",
      guarantee: { bound: "", totalVariation: 0.2 },
      chanceOf: () => 0.2,
    });
    const verifier: Verifier = {
      ...first,
      verify: (context) => {
        const { path, next } = first.verify(context);
        return path.length ? { path: context.draft.tokens.map((_, node) => node), next } : { path, next };
      },
    };
    expect(await bounds(first)).toBe("");
    expect(await bounds(verifier)).toMatch(/keeps its bound/);
  });

  it("wants relaxed ones to differ, at temperature 0 as well where they admit guesses there", async () => {
    const never = { ...identical(), guarantee: { bound: "", totalVariation: 0.1 } };
    expect(await bounds(never)).toMatch(/differ from plain decoding at temperature 1: identical says/);
    /** What `topk` was: the rank within a distribution of one token. */
    const warm: Verifier = {
      ...topk({ k: 2 }),
      verify: (context) =>
        context.target(-1).tokens.length === 1 ? identical().verify(context) : topk({ k: 2 }).verify(context),
    };
    expect(await bounds(warm)).toMatch(/^is seen to differ from plain decoding at temperature 0: [^\n]*$/);
  });
});

describe("a verifier's verdict", () => {
  const target = functionModel(() => new Float32Array(4), { vocabularySize: 4 });
  const siblings: Drafter = {
    name: "siblings",
    start: async () => ({ propose: () => ({ tokens: [1, 2, 3], parents: [-1, -1, 0] }) }),
  };
  const run = async (verdict: Verdict) => {
    const verifier = { ...identical(), name: "odd", verify: () => verdict };
    const options = {
      target,
      encoded: { tokens: [0] },
      verifier,
      drafter: siblings,
      plan: fixedLength(2, 2),
    };
    for await (const _ of decode({ ...options, maxTokens: 5 }));
  };
  for (const [what, verdict, message] of [
    ["a node that does not exist", { path: [7], next: 0 }, /"odd" accepts node 7/],
    ["a node twice", { path: [0, 0], next: 0 }, /"odd" accepts node 0: .*behind node 0/],
    ["siblings in a row", { path: [0, 1], next: 0 }, /"odd" accepts node 1: .*behind node 0/],
    ["a path that starts below", { path: [2], next: 0 }, /"odd" accepts node 2/],
    ["no path", { next: 0 } as Verdict, /"odd" gave no verdict: path is missing/],
    ["nothing in it", undefined as unknown as Verdict, /"odd" gave no verdict/],
    ["no next token", { path: [0], next: Number.NaN }, /"odd" draws token NaN/],
    ["a next token outside the vocabulary", { path: [], next: 4 }, /"odd" draws token 4, and there are 4/],
    ["half a token", { path: [], next: 1.5 }, /"odd" draws token 1.5/],
  ] as const)
    it(`with ${what} is refused by name`, async () => {
      await expect(run(verdict)).rejects.toThrow(message);
    });
});
