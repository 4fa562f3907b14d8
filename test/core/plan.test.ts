import { describe, expect, it } from "vitest";
import { toyModel } from "../../src/conformance/index.js";
import {
  adaptive,
  chain,
  createMeter,
  type Drafter,
  decode,
  fixedLength,
  type Plan,
  plain,
} from "../../src/core/index.js";
import { model } from "../../src/drafters/index.js";
import { identical } from "../../src/verifiers/index.js";

const target = toyModel({ vocabularySize: 30, sharpness: 4 });
/** A clock that only passes of the target move: 1 ms and some a row. */
const cost = (perRow: number) => (rows: number) => 1 + perRow * (rows - 1);

async function time(drafter: Drafter, plan: Plan, price: (rows: number) => number) {
  const meter = createMeter();
  let spent = 0;
  for await (const round of decode({
    target,
    encoded: { tokens: [1, 2] },
    verifier: identical(),
    drafter,
    plan,
    maxTokens: 200,
    clock: () => 0,
  })) {
    meter.observe(round);
    spent += price(1 + round.draft.tokens.length);
  }
  return { ...meter.read(), spent };
}

const close = toyModel({ vocabularySize: 30, sharpness: 4, unlike: { seed: 3, share: 0.05 } });
const stranger = toyModel({ vocabularySize: 30, sharpness: 4, unlike: { seed: 3, share: 1 } });

describe("the adaptive plan", () => {
  it("drafts far where guesses stand and rows are cheap", async () => {
    const price = cost(0.05);
    const run = await time(model(close), adaptive({ cost: price }), price);
    expect(run.tokensPerPass).toBeGreaterThan(4);
    expect(run.spent).toBeLessThan(0.5 * 200);
  });

  it("comes near the best fixed length without being told", async () => {
    const price = cost(0.12);
    const fixed = await Promise.all(
      [1, 2, 3, 4, 6, 8, 12].map((length) => time(model(close), fixedLength(length), price)),
    );
    const best = Math.min(...fixed.map(({ spent }) => spent));
    const run = await time(model(close), adaptive({ cost: price }), price);
    expect(run.spent).toBeLessThan(best * 1.1);
  });

  it("stops drafting where guesses fall: within 2 % of plain decoding, learning included, on a long run", async () => {
    const price = cost(0.6);
    const plan = adaptive({ cost: price });
    await time(model(stranger), plan, price);
    const run = await time(model(stranger), plan, price);
    expect(run.spent).toBeLessThanOrEqual(200 * 1.02);
  });

  it("believes a drafter's confidences as far as they held before", async () => {
    const boaster: Drafter = {
      name: "boaster",
      start: async () => ({
        propose: ({ budget }) =>
          chain(new Array(budget.depth).fill(0), { confidence: new Array(budget.depth).fill(0.99) }),
      }),
    };
    const price = cost(0.3);
    const plan = adaptive({ cost: price });
    await time(boaster, plan, price);
    const run = await time(boaster, plan, price);
    expect(run.spent).toBeLessThanOrEqual(200 * 1.05);
  });
});

it("plain drafts nothing, a fixed length always as much", async () => {
  const flat = () => 1;
  expect((await time(model(close), plain(), flat)).drafted).toBe(0);
  const run = await time(model(close, { minConfidence: 0 }), fixedLength(3), flat);
  expect(run.byDepth).toHaveLength(3);
  expect(run.byDepth[0].drafted).toBeGreaterThanOrEqual(run.passes - 1);
});
