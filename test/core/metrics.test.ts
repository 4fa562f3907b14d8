import { describe, expect, it } from "vitest";
import { toyModel } from "../../src/conformance/index.js";
import {
  addMetrics,
  chain,
  createMeter,
  type Draft,
  decode,
  EMPTY,
  type Round,
} from "../../src/core/index.js";
import { branches, lookup, model } from "../../src/drafters/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { identical } from "../../src/verifiers/index.js";

const round = (draft: Draft, path: readonly number[]) =>
  ({
    draft,
    verdict: { path, next: 0 },
    tokens: new Array(path.length + 1).fill(0),
    timing: { draft: 1, target: 2, verify: 3, total: 7 },
  }) as unknown as Round;

const metered = (...rounds: readonly Round[]) => {
  const meter = createMeter();
  for (const each of rounds) meter.observe(each);
  return meter.read();
};

const three = chain([1, 2, 3]);
/** Two guesses at the first place; one behind each, and behind the first one's another. */
const tree: Draft = { tokens: [1, 2, 3, 4, 5], parents: [-1, -1, 0, 1, 2] };

describe("a meter", () => {
  it("says by depth how many guesses were there, were put to the test, and stood", () => {
    const { byDepth, alpha } = metered(round(three, []), round(three, [0]), round(three, [0, 1, 2]));
    expect(byDepth).toEqual([
      { drafted: 3, reached: 3, accepted: 2, alpha: 2 / 3 },
      { drafted: 3, reached: 2, accepted: 1, alpha: 1 / 2 },
      { drafted: 3, reached: 1, accepted: 1, alpha: 1 },
    ]);
    expect(alpha).toBe(4 / 6);
  });

  it("goes by the path in a tree: siblings are one guess, other branches were not put to the test", () => {
    expect(metered(round(tree, [0])).byDepth).toEqual([
      { drafted: 1, reached: 1, accepted: 1, alpha: 1 },
      { drafted: 1, reached: 1, accepted: 0, alpha: 0 },
      { drafted: 1, reached: 0, accepted: 0, alpha: 0 },
    ]);
    // Behind node 3 there is nothing, although the tree goes deeper elsewhere.
    expect(metered(round(tree, [1, 3])).byDepth).toEqual([
      { drafted: 1, reached: 1, accepted: 1, alpha: 1 },
      { drafted: 1, reached: 1, accepted: 1, alpha: 1 },
      { drafted: 1, reached: 0, accepted: 0, alpha: 0 },
    ]);
  });

  it("gives the mean accepted length as the field has it: tokens a pass, the bonus included", () => {
    const metrics = metered(round(EMPTY, []), round(three, [0, 1]), round(three, []), round(tree, [1, 3]));
    expect(metrics.meanAcceptedLength).toBe((1 + 3 + 1 + 3) / 4);
    expect(metrics.tokensPerPass).toBe(metrics.meanAcceptedLength);
    expect(metrics.acceptanceRate).toBe(4 / 11);
    expect(metered(round(EMPTY, []))).toMatchObject({ meanAcceptedLength: 1, alpha: 0, byDepth: [] });
    expect(metered()).toMatchObject({ meanAcceptedLength: 0, alpha: 0, acceptanceRate: 0 });
  });

  it("adds up to what one meter over all rounds says", () => {
    const all = [round(three, [0]), round(tree, [1, 3]), round(EMPTY, []), round(chain([1]), [0])];
    const parts = [metered(all[0], all[1]), metered(all[2]), metered(all[3])];
    expect(addMetrics(parts)).toEqual(metered(...all));
  });

  it("agrees with what a run committed", async () => {
    const [target, small] = [
      toyModel({ vocabularySize: 8 }),
      toyModel({ vocabularySize: 8, seed: 1, sharpness: 2 }),
    ];
    const meter = createMeter();
    const drafter = branches(model(small), lookup());
    const settings = { target, encoded: { tokens: [1, 2] }, verifier: identical(), drafter, maxTokens: 60 };
    for await (const each of decode({ ...settings, plan: fixedLength(4, 2) })) meter.observe(each);
    const { byDepth, accepted, tokens, passes } = meter.read();
    expect(byDepth.reduce((sum, depth) => sum + depth.accepted, 0)).toBe(accepted);
    expect(tokens).toBe(accepted + passes);
    byDepth.forEach(({ drafted, reached, accepted: stood }, depth) => {
      expect(reached).toBeLessThanOrEqual(drafted);
      expect(stood).toBeLessThanOrEqual(reached);
      expect(reached).toBeLessThanOrEqual(byDepth[depth - 1]?.accepted ?? passes);
    });
  });
});
