import { describe, expect, it } from "vitest";
import type { Token } from "../../src/core/index.js";
import { mixture, ngrams, type Predictor, predictive, suffix } from "../../src/drafters/index.js";
import { tableOf } from "./ngram-setup.js";
import { context, flat, room, roundOf, setup } from "./setup.js";

/** Says of each token the same successors, with these shares. */
const always = (said: Readonly<Record<Token, readonly (readonly [Token, number])[]>>, kinds = [1]) => {
  const closed: string[] = [];
  let last: Token = -1;
  const predictor: Predictor<Token> = {
    kinds,
    end: () => last,
    step: (_, token) => token,
    predict: (state, most) =>
      (said[state] ?? []).slice(0, most).map(([token, share]) => ({ token, share, kind: 0 })),
    push: (token) => {
      last = token;
    },
    close: () => closed.push("closed"),
  };
  const drafter = predictive("always", ({ encoded: { tokens } }) => {
    last = tokens[tokens.length - 1];
    return [predictor];
  });
  return { drafter, closed };
};

const start = (drafter: ReturnType<typeof predictive>, tokens: Token[], shape: "chain" | "tree" = "chain") =>
  drafter.start(setup({ tokens }, { model: flat(200), shape }));

describe("a mixture", () => {
  it("takes the surest guess, token by token, and goes on where one ends", async () => {
    const one = always({ 1: [[2, 0.6]], 3: [[4, 0.3]] }).drafter;
    const other = always({ 1: [[9, 0.5]], 2: [[3, 0.9]], 4: [[5, 0.7]] }).drafter;
    const drafting = await start(mixture(one, other), [1]);
    const { tokens, confidence = [] } = await drafting.propose(context({ prompt: [1], ...room(8) }));
    expect(tokens).toEqual([2, 3, 4, 5]);
    expect(confidence.map((sure) => sure.toFixed(2))).toEqual(["0.60", "0.90", "0.30", "0.70"]);
    const drafts = await start(mixture(other, one), [1]);
    expect((await drafts.propose(context({ prompt: [1], ...room(8) }))).tokens).toEqual([2, 3, 4, 5]);
  });

  it("makes a tree of all that they say where trees are judged, a token once", async () => {
    const one = always({
      1: [
        [2, 0.6],
        [3, 0.2],
      ],
    }).drafter;
    const other = always({
      1: [
        [9, 0.5],
        [2, 0.1],
      ],
    }).drafter;
    const drafting = await start(mixture(one, other), [1], "tree");
    const { tokens, parents } = await drafting.propose(context({ prompt: [1], ...room(8) }));
    expect([tokens, parents]).toEqual([
      [2, 9, 3],
      [-1, -1, -1],
    ]);
  });

  it("learns whom to believe from every token, whoever guessed", async () => {
    const wrong = always({ 1: [[2, 0.9]] }).drafter;
    const right = always({ 1: [[1, 0.4]] }).drafter;
    const drafting = await start(mixture(wrong, right), [1]);
    const output: Token[] = [];
    const guess = async () => {
      const { tokens, confidence = [] } = await drafting.propose(
        context({ prompt: [1], output, ...room(1) }),
      );
      return [tokens[0], confidence[0]];
    };
    expect((await guess())[0]).toBe(2);
    for (let i = 0; i < 20; i++) {
      drafting.observe?.(roundOf(output.length, [1]));
      output.push(1);
    }
    const [token, sure] = await guess();
    expect(token).toBe(1);
    expect(sure).toBeGreaterThan(0.7);
    expect(sure).toBeLessThanOrEqual(1);
  });

  it("goes from a text's own words on to what is usually said", async () => {
    const table = tableOf([
      [[12], 13, 0.9],
      [[13], 14, 0.9],
      [[11], 99, 0.1],
    ]);
    const prompt = [10, 11, 12, 5, 10];
    const drafting = await start(mixture(suffix(), ngrams(table)), prompt);
    const { tokens } = await drafting.propose(context({ prompt, ...room(4) }));
    expect(tokens).toEqual([11, 12, 13, 14]);
  });

  it("closes all, also those that were opened before one that fails", async () => {
    const { drafter, closed } = always({});
    await (await start(mixture(drafter, drafter), [1])).close?.();
    expect(closed).toHaveLength(2);
    const failing = predictive("failing", () => {
      throw new Error("no table");
    });
    await expect(start(mixture(drafter, failing), [1])).rejects.toThrow("no table");
    expect(closed).toHaveLength(3);
  });
});
