import { describe, expect, it } from "vitest";
import { toyModel } from "../../src/conformance/index.js";
import {
  certain,
  chain,
  type Draft,
  type Drafter,
  decode,
  type Token,
  type VerifyContext,
} from "../../src/core/index.js";
import { branches } from "../../src/drafters/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { identical } from "../../src/verifiers/index.js";

/** Plain decoding draws `tokens`, one place after the other. */
const drawing = (draft: Draft, tokens: readonly Token[]): VerifyContext => ({
  draft,
  target: () => certain(0),
  logits: () => new Float32Array(1),
  pick: (_, depth) => tokens[depth],
  chance: () => 0.5,
});

describe("identical", () => {
  it("goes down all siblings with the same token", () => {
    const draft = { tokens: [1, 1, 2, 3, 4], parents: [-1, -1, 0, 1, 3] };
    expect(identical().verify(drawing(draft, [1, 3, 4, 5]))).toEqual({ path: [1, 3, 4], next: 5 });
    expect(identical().verify(drawing(draft, [1, 2, 4]))).toEqual({ path: [0, 2], next: 4 });
  });

  it("follows twins below twins, and stops where none goes on", () => {
    const draft = { tokens: [1, 1, 2, 2, 2, 7], parents: [-1, -1, 0, 1, 1, 4] };
    expect(identical().verify(drawing(draft, [1, 2, 7, 0]))).toEqual({ path: [1, 4, 5], next: 0 });
    expect(identical().verify(drawing(draft, [1, 2, 6]))).toEqual({ path: [0, 2], next: 6 });
    expect(identical().verify(drawing(draft, [2]))).toEqual({ path: [], next: 2 });
  });

  it("makes branches that agree at first worth more, and changes no output", async () => {
    const target = toyModel({ vocabularySize: 12, sharpness: 2.5 });
    const shared = { target, encoded: { tokens: [1, 2] }, verifier: identical(), maxTokens: 60 };
    /** Draws its first token, and knows nothing of the others. */
    const shallow: Drafter = {
      name: "shallow",
      start: async () => ({
        propose({ prompt, output, distribution, draw, budget }) {
          const q = distribution(target.logits([...prompt, ...output]), []);
          const tokens = [draw(q, 0), 0, 0].slice(0, budget.depth);
          return chain(tokens, { drawnFrom: [q, undefined, undefined].slice(0, budget.depth) });
        },
      }),
    };
    let passes = 0;
    let tokens = 0;
    for (let seed = 0; seed < 10; seed++) {
      const wanted: Token[] = [];
      for await (const round of decode({ ...shared, seed })) wanted.push(...round.tokens);
      const oracle: Drafter = {
        name: "oracle",
        start: async () => ({
          propose: ({ output, budget }) => chain(wanted.slice(output.length, output.length + budget.depth)),
        }),
      };
      const output: Token[] = [];
      const drafter = branches(shallow, oracle);
      for await (const round of decode({ ...shared, seed, drafter, plan: fixedLength(6) })) {
        output.push(...round.tokens);
        passes++;
      }
      expect(output).toEqual(wanted);
      tokens += output.length;
    }
    // The first twin alone gives 2.0.
    expect(tokens / passes).toBeGreaterThan(3.5);
  });
});
