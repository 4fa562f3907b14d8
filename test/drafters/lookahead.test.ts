import { describe, expect, it } from "vitest";
import { toyModel } from "../../src/conformance/index.js";
import { chain, decode, fromWeights, type Round, type Token } from "../../src/core/index.js";
import { jacobi, lookahead } from "../../src/drafters/index.js";
import { createNgramPool } from "../../src/drafters/ngram-pool.js";
import { fixedLength } from "../../src/plans/index.js";
import { identical, rejection } from "../../src/verifiers/index.js";
import { context, flat, marginal, markov, outputs, room, roundOf, setup, sigmas } from "./setup.js";

const q = fromWeights([1, 1]);

/** A round of this draft; node n was redrawn as `draws[n]`. */
const verified = (
  start: number,
  draft: Round["draft"],
  path: number[],
  next: Token,
  draws: readonly Token[] = [],
) => {
  const redrawn: number[] = [];
  return {
    redrawn,
    round: roundOf(start, [...path.map((node) => draft.tokens[node]), next], {
      draft,
      verdict: { path, next },
      target(node) {
        redrawn.push(node);
        return q;
      },
      draw: () => draws[redrawn[redrawn.length - 1]],
    }),
  };
};

describe("the pool of n-grams", () => {
  it("has the newest first, those of a first token up to a number", () => {
    const pool = createNgramPool(2);
    for (const run of [
      [1, 2, 3],
      [1, 4, 5],
      [1, 6],
    ])
      pool.add(run);
    expect(pool.behind(1)).toEqual([[6], [4, 5]]);
    expect(pool.behind(2)).toEqual([[3]]);
    expect(pool.behind(9)).toEqual([]);
  });

  it("keeps one of two runs of which one begins with the other: the longer", () => {
    const pool = createNgramPool(3);
    pool.add([1, 2]);
    pool.add([1, 3]);
    pool.add([1, 2, 4]);
    expect(pool.behind(1)).toEqual([[2, 4], [3]]);
    pool.add([1, 3]);
    pool.add([1, 2]);
    expect(pool.behind(1)).toEqual([[2, 4], [3]]);
  });

  it("forgets the first tokens that came longest ago", () => {
    const pool = createNgramPool(1);
    for (let token = 0; token < 5000; token++) pool.add([token, 1]);
    expect([pool.behind(4999), pool.behind(0)]).toEqual([[[1]], []]);
  });
});

describe("lookahead", () => {
  const start = (shape: "chain" | "tree", options = {}) =>
    lookahead(options).start(setup({ tokens: [1] }, { model: flat(20), shape }));

  it("redraws its window, and proposes n-grams of it a round after they were drawn", async () => {
    const drafting = await start("chain", { window: 3, ngram: 3 });
    const output: Token[] = [];
    const propose = async () => drafting.propose(context({ prompt: [1], output, ...room(3) }));
    const commit = ({ round }: ReturnType<typeof verified>) => {
      drafting.observe?.(round);
      output.push(...round.tokens);
    };
    const first = await propose();
    expect(first.tokens).toEqual([1, 1, 1]);
    // All three fell: 11, 12 and 13 were drawn behind them.
    commit(verified(0, first, [], 5, [11, 12, 13]));
    const second = await propose();
    expect(second.tokens).toEqual([11, 12, 13]);
    expect(second.drawnFrom).toEqual([q, q, q]);
    // 15 was drawn behind 12, which was drawn behind 1.
    commit(verified(1, second, [], 12, [14, 15, 16]));
    const third = await propose();
    // The draws of the last round alone: "12 15" is none of the pool yet.
    expect(third.tokens).toEqual([14, 15, 16]);
    commit(verified(2, third, [], 12, [17, 18, 19]));
    const fourth = await propose();
    // Now it is, and takes the window's first place.
    expect(fourth.tokens).toEqual([15, 18, 19]);
    expect(fourth.drawnFrom).toEqual([undefined, q, q]);
    // "1 13 16" is the newest n-gram that begins with 1, and as long as one may be.
    commit(verified(3, fourth, [], 1, [2, 3, 4]));
    expect((await propose()).tokens).toEqual([13, 16, 4]);
  });

  it("makes n-grams and window branches of one tree where trees are judged", async () => {
    const drafting = await start("tree", { window: 2, ngram: 2 });
    const output: Token[] = [];
    const first = await drafting.propose(context({ prompt: [1], output, ...room(4) }));
    const one = verified(0, first, [], 1, [7, 8]);
    drafting.observe?.(one.round);
    const second = await drafting.propose(context({ prompt: [1], output: [1], ...room(4) }));
    expect(second.tokens).toEqual([7, 8]);
    drafting.observe?.(verified(1, second, [], 1, [9, 10]).round);
    const third = await drafting.propose(context({ prompt: [1], output: [1, 1], ...room(4) }));
    // Behind 1 came 8, and 7 before that: as many as half of the room.
    expect([third.tokens, third.parents]).toEqual([
      [8, 7, 9, 10],
      [-1, -1, -1, 2],
    ]);
    expect(third.drawnFrom).toEqual([undefined, undefined, q, q]);
    // The n-gram's guess stood; of the window the second guess is redrawn, the first one's place is known.
    const { round, redrawn } = verified(2, third, [0], 5, [0, 0, 3, 4]);
    drafting.observe?.(round);
    expect(redrawn).toEqual([3]);
    const fourth = await drafting.propose(context({ prompt: [1], output: [1, 1, 8, 5], ...room(2, 2) }));
    expect(fourth.tokens[0]).toBe(4);
  });

  it("redraws nothing of a draft that is another drafter's", async () => {
    const drafting = await start("chain");
    await drafting.propose(context({ prompt: [1], ...room(3) }));
    const { round, redrawn } = verified(0, chain([9, 9]), [0], 3);
    drafting.observe?.(round);
    expect(redrawn).toEqual([]);
  });

  it("fills new places with tokens of prompt and output that the vocabulary has", async () => {
    const drafting = await lookahead().start(setup({ tokens: [99] }, { model: flat(20) }));
    const fill = async (output: Token[]) =>
      (await drafting.propose(context({ prompt: [99], output, ...room(8) }))).tokens;
    expect(new Set(await fill([]))).toEqual(new Set([0]));
    const tokens = await fill([3, 4, 5]);
    expect(tokens.every((token) => [0, 3, 4, 5].includes(token))).toBe(true);
    expect(new Set(tokens).size).toBeGreaterThan(1);
  });

  it("accepts more than a Jacobi window alone on a text that repeats itself", async () => {
    const target = toyModel({ vocabularySize: 12, sharpness: 6, order: 1 });
    const passes = async (drafter: ReturnType<typeof lookahead>) => {
      let count = 0;
      const options = { target, encoded: { tokens: [1, 2] }, verifier: identical(), drafter };
      for await (const _ of decode({ ...options, plan: fixedLength(6), maxTokens: 150 })) count++;
      return count;
    };
    expect(await passes(lookahead({ window: 6 }))).toBeLessThan(0.9 * (await passes(jacobi({ window: 6 }))));
  });

  it("leaves the target's distribution as it is under rejection, n-grams and draws side by side", async () => {
    const weights = [
      [5, 2, 1],
      [2, 2, 3],
      [1, 4, 2],
    ];
    const runs = 3000;
    for (const width of [1, 2]) {
      const all = await outputs({
        target: markov(weights),
        verifier: rejection(),
        drafter: () => lookahead({ window: 3, ngram: 3 }),
        plan: fixedLength(3, width),
        maxTokens: 8,
        runs,
      });
      for (const place of [3, 5, 7])
        marginal(weights, 0, place + 1).forEach((wanted, token) => {
          const hits = all.filter((output) => output[place] === token).length;
          expect(sigmas(hits, runs, wanted), `token ${token} at ${place}`).toBeLessThan(5);
        });
    }
  });

  it("refuses settings that cannot be", () => {
    expect(() => lookahead({ window: 0 })).toThrow(/window is 0/);
    expect(() => lookahead({ ngram: 1 })).toThrow(/ngram is 1/);
    expect(() => lookahead({ each: 0.5 })).toThrow(/each is 0.5/);
  });
});
