import { describe, expect, it } from "vitest";
import { toyModel } from "../../src/conformance/index.js";
import { chain, createNoise, type Draft, decode, type Round, type Token } from "../../src/core/index.js";
import { type KnownSuccessors, type RecyclingDrafter, recycling } from "../../src/drafters/index.js";
import { topOf } from "../../src/drafters/top.js";
import { fixedLength } from "../../src/plans/index.js";
import { functionModel } from "../../src/targets/index.js";
import { identical } from "../../src/verifiers/index.js";
import { context, counted, flat, room, roundOf, setup } from "./setup.js";

const SIZE = 30;

describe("the likeliest tokens of a row", () => {
  it("are those of sorting it", () => {
    for (let seed = 0; seed < 50; seed++) {
      const { uniform } = createNoise(seed);
      const length = 1 + Math.floor(40 * uniform(0, 1));
      const row = Float32Array.from({ length }, (_, i) => Math.floor(9 * uniform(i, 0)));
      const sorted = [...row.keys()].sort((a, b) => row[b] - row[a] || a - b).slice(0, 8);
      const { tokens, shares } = topOf(row, 8);
      expect(tokens).toEqual(sorted);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
      expect(shares[0] / shares[shares.length - 1]).toBeCloseTo(
        Math.exp(row[sorted[0]] - row[sorted[sorted.length - 1]]),
      );
    }
  });

  it("are none that are masked or no numbers", () => {
    const row = Float32Array.of(Number.NaN, Number.NEGATIVE_INFINITY, 2, Number.POSITIVE_INFINITY, 1);
    expect(topOf(row, 8).tokens).toEqual([2, 4]);
    expect(topOf(new Float32Array(3).fill(Number.NEGATIVE_INFINITY), 8)).toEqual({ tokens: [], shares: [] });
  });

  it("take one look at each logit", () => {
    const { list, reads } = counted(Float32Array.from({ length: 49_152 }, (_, i) => (i * 7919) % 4099));
    topOf(list, 8);
    const count = reads();
    expect(count).toBeGreaterThanOrEqual(49_152);
    // And some more at the few that are kept for a while.
    expect(count).toBeLessThan(1.05 * 49_152);
  });
});

/** Rows in which `first` is likeliest, then `second`, then the others downwards. */
const row = (first: Token, second: Token) =>
  Float32Array.from({ length: SIZE }, (_, token) =>
    token === first ? 9 : token === second ? 8.5 : -token / 10,
  );

/** A round whose draft had these rows behind its nodes, by their token (-1: behind what was committed). */
const scored = (
  start: number,
  draft: Draft,
  path: number[],
  next: Token,
  rows: Record<number, Float32Array>,
) => {
  const asked: number[] = [];
  const round: Round = roundOf(start, [...path.map((node) => draft.tokens[node]), next], {
    draft,
    verdict: { path, next },
    logits(node) {
      asked.push(node);
      const found = rows[node];
      if (!found) throw new Error("no row");
      return found;
    },
  });
  return { round, asked };
};

const start = (drafter: RecyclingDrafter, shape: "chain" | "tree" = "chain", prompt: Token[] = [1]) =>
  drafter.start(setup({ tokens: prompt }, { model: flat(SIZE), shape }));

describe("recycling", () => {
  it("proposes the target's own likeliest successors, one after the other", async () => {
    const drafting = await start(recycling());
    const { round } = scored(0, chain([2, 3]), [0, 1], 4, { [-1]: row(2, 7), 0: row(3, 8), 1: row(1, 9) });
    drafting.observe?.(round);
    const propose = async (last: Token, most: number) =>
      drafting.propose(context({ output: [2, 3, 4, last], ...room(most) }));
    const { tokens, confidence } = await propose(1, 5);
    expect(tokens).toEqual([2, 3, 1, 2, 3]);
    expect(confidence?.every((sure) => sure > 0 && sure <= 1)).toBe(true);
    expect((await propose(1, 1)).tokens).toEqual([2]);
    expect((await propose(25, 5)).tokens).toEqual([]);
    expect((await propose(1, 0)).tokens).toEqual([]);
  });

  it("grows a tree where trees are judged", async () => {
    const drafting = await start(recycling(), "tree");
    const { round } = scored(0, chain([2, 3]), [0, 1], 4, { [-1]: row(2, 3), 0: row(3, 8), 1: row(1, 9) });
    drafting.observe?.(round);
    const {
      tokens,
      parents,
      confidence = [],
    } = await drafting.propose(context({ output: [2, 3, 4, 1], ...room(6, 2) }));
    const roots = [...tokens.keys()].filter((node) => parents[node] === -1);
    expect(roots.map((node) => tokens[node]).slice(0, 2)).toEqual([2, 3]);
    expect(confidence[roots[0]]).toBeGreaterThan(confidence[roots[1]]);
    expect(tokens).toHaveLength(6);
    expect(parents.some((parent) => parent >= 0)).toBe(true);
  });

  it("learns from guesses that fell, some of them, and least of all from those", async () => {
    const drafting = await start(recycling());
    const draft = chain([2, 3, 2, 5, 6, 7, 8, 9]);
    const rows = [10, 11, 12, 13, 14, 15, 16, 17].map((token) => row(token, 0));
    const { round, asked } = scored(0, draft, [0], 4, { [-1]: row(20, 0), ...rows });
    drafting.observe?.(round);
    // Two that fell, then what stands.
    expect(asked).toEqual([1, 2, -1, 0]);
    const behindToken = async (last: Token) =>
      (await drafting.propose(context({ output: [2, 4, last], ...room(1) }))).tokens;
    expect([await behindToken(2), await behindToken(3), await behindToken(5)]).toEqual([[10], [11], []]);
    expect(await behindToken(1)).toEqual([20]);
  });

  it("does without rows that the model does not have, and without a token that the vocabulary lacks", async () => {
    const drafting = await start(recycling(), "chain", [SIZE + 5]);
    const { round, asked } = scored(0, chain([2, 3]), [], 4, { [-1]: row(20, 0) });
    drafting.observe?.(round);
    expect(asked).toEqual([0, 1]);
    expect((await drafting.propose(context({ prompt: [SIZE + 5], ...room(2) }))).tokens).toEqual([]);
  });

  it("is there for sequences that start behind its end, not for those that run", async () => {
    const drafter = recycling();
    const [one, other] = [await start(drafter), await start(drafter)];
    const { round } = scored(0, chain([]), [], 4, { [-1]: row(2, 3) });
    one.observe?.(round);
    const ask = async (drafting: typeof one) =>
      (await drafting.propose(context({ prompt: [1], output: [4, 1], ...room(1) }))).tokens;
    expect([await ask(one), await ask(other)]).toEqual([[2], []]);
    await one.close?.();
    expect([await ask(other), await ask(await start(drafter))]).toEqual([[], [2]]);
    other.observe?.(scored(0, chain([]), [], 4, { [-1]: row(5, 3) }).round);
    await other.close?.();
    expect(await ask(await start(drafter))).toEqual([5]);
  });

  it("gives what it knows as plain arrays, and takes it again", async () => {
    const drafter = recycling();
    const teach = async (token: Token, first: Token) => {
      const drafting = await start(drafter, "chain", [token]);
      drafting.observe?.(scored(0, chain([]), [], 0, { [-1]: row(first, 9) }).round);
      await drafting.close?.();
    };
    await teach(1, 2);
    await teach(2, 3);
    const few = await start(drafter, "chain", [4]);
    const only = new Float32Array(SIZE).fill(Number.NEGATIVE_INFINITY).fill(0, 6, 8);
    few.observe?.(scored(0, chain([]), [], 0, { [-1]: only }).round);
    await few.close?.();
    const known = drafter.known();
    expect([...known.tokens]).toEqual([1, 2, 4]);
    expect([known.successors.length, known.shares.length]).toEqual([24, 24]);
    const again = recycling({ known });
    expect(again.known()).toEqual(known);
    const { tokens } = await (await start(again)).propose(context({ prompt: [1], ...room(3) }));
    expect(tokens).toEqual([2, 3, 0].slice(0, tokens.length));
    expect(tokens.length).toBeGreaterThanOrEqual(2);
    const bad = (more: Partial<KnownSuccessors>) => recycling({ known: { ...known, ...more } });
    expect(() => bad({ shares: known.shares.slice(1) })).toThrow(/24 successors and 23 shares/);
    expect(() => bad({ successors: new Uint32Array(0) })).toThrow(/0 successors/);
    expect(() => bad({ shares: known.shares.map((share, i) => (i === 3 ? Number.NaN : share)) })).toThrow(
      /the share 3 .* is NaN/,
    );
    // A file of another model's tokens proposes nothing that the vocabulary lacks.
    const foreign = recycling({ known: { ...known, successors: known.successors.map(() => SIZE + 9) } });
    expect((await (await start(foreign)).propose(context({ prompt: [1], ...room(3) }))).tokens).toEqual([]);
  });

  it("forgets the tokens that were seen longest ago", async () => {
    const drafter = recycling({ memory: 3 });
    const drafting = await start(drafter, "chain", [1]);
    for (const [at, token] of [2, 3, 4, 2, 5].entries()) {
      const { round } = scored(at, chain([]), [], token, { [-1]: row(0, 9) });
      drafting.observe?.(round);
    }
    await drafting.close?.();
    // Rows behind 1, 2, 3, 4, 2 were seen.
    expect([...drafter.known().tokens]).toEqual([3, 4, 2]);
    expect(() => recycling({ memory: -1 })).toThrow(/memory is -1/);
  });

  it("is as sure as its best successors were right", async () => {
    const drafting = await start(recycling());
    const sure = async (output: Token[]) =>
      (await drafting.propose(context({ prompt: [1], output, ...room(1) }))).confidence?.[0] ?? 0;
    const output: Token[] = [];
    drafting.observe?.(scored(0, chain([]), [], 1, { [-1]: row(2, 3) }).round);
    output.push(1);
    const before = await sure(output);
    for (let turn = 0; turn < 10; turn++) {
      await sure(output);
      drafting.observe?.(scored(output.length, chain([]), [], 1, { [-1]: row(2, 3) }).round);
      output.push(1);
    }
    expect(await sure(output)).toBeLessThan(before / 2);
  });

  it("asks the model for no more rows than a round has", async () => {
    let rows = 0;
    const toy = toyModel({ vocabularySize: 12, sharpness: 2.5 });
    const target = functionModel(
      (tokens) => {
        rows++;
        return toy.logits(tokens);
      },
      { vocabularySize: 12 },
    );
    const options = { target, encoded: { tokens: [1, 2] }, verifier: identical(), plan: fixedLength(3) };
    let most = 0;
    let stood = 0;
    for await (const { draft, verdict } of decode({ ...options, drafter: recycling(), maxTokens: 200 })) {
      most += 1 + draft.tokens.length;
      stood += verdict.path.length;
    }
    expect(rows).toBeLessThanOrEqual(most);
    expect(stood).toBeGreaterThan(20);
  });
});
