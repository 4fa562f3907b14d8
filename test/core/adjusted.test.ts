import { describe, expect, it } from "vitest";
import { sessionChecks, toyModel } from "../../src/conformance/index.js";
import { type Adjust, adjusted, decode, fixedLength, type Token } from "../../src/core/index.js";
import { jacobi, lookup } from "../../src/drafters/index.js";
import { identical } from "../../src/verifiers/index.js";
import { conforms } from "../conformance/run.js";

/** Raises the token that stood three places back: what a rule does may depend on anything before. */
const likesOldOnes: Adjust = (row, before) => {
  const changed = row.slice();
  if (before.length >= 3) changed[before.slice(before.length - 3)[0] % row.length] += 2;
  return changed;
};

describe("an adjusted model", () => {
  const run = async (options: object) => {
    const output: Token[] = [];
    const target = adjusted(toyModel({ vocabularySize: 8 }), likesOldOnes);
    const settings = { target, encoded: { tokens: [1, 2] }, verifier: identical(), seed: 4, maxTokens: 60 };
    for await (const { tokens } of decode({ ...settings, ...options })) output.push(...tokens);
    return output;
  };

  it("has the same output with drafts and without", async () => {
    const plain = await run({});
    for (const drafter of [lookup(), jacobi({ window: 5 })])
      expect(await run({ drafter, plan: fixedLength(5) })).toEqual(plain);
  });

  it("sees all that stands before, the draft's own path included", async () => {
    const seen: Token[][] = [];
    const target = adjusted(toyModel({ vocabularySize: 8 }), (row, before) => {
      seen.push(before.slice(0));
      expect(before.slice(1, 3)).toEqual(before.slice(0).slice(1, 3));
      return row;
    });
    await using session = await target.open();
    const draft = { tokens: [5, 6, 7], parents: [-1, 0, -1] };
    const [scores] = await target.pass([{ session, tokens: [1, 2], draft }]);
    for (const node of [-1, 1, 2]) scores.row(node);
    session.keep([0, 1]);
    const [more] = await target.pass([{ session, tokens: [3] }]);
    more.row(-1);
    expect(seen).toEqual([
      [1, 2],
      [1, 2, 5, 6],
      [1, 2, 7],
      [1, 2, 5, 6, 3],
    ]);
  });
});

conforms(
  "adjusted toy model",
  sessionChecks(async () => adjusted(toyModel({ vocabularySize: 6 }), likesOldOnes), {
    prompt: [1, 2, 3],
    continuation: [0, 1, 2, 3, 4, 5, 0, 1],
  }),
);
