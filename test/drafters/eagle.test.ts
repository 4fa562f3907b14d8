import { describe, expect, it } from "vitest";
import { chain, type Round, type Token } from "../../src/core/index.js";
import { eagle, type FeatureHead, type Likely, ngrams } from "../../src/drafters/index.js";
import { tableOf } from "./ngram-setup.js";
import { context, flat, room, roundOf, setup } from "./setup.js";

/**
 * A head that says always the same: behind the last row the first guess, behind each guess the next one. It tells what it has read: tokens,
 * and the first of each one's features, and which guesses.
 */
function spoken(guesses: readonly Likely[], most = 100) {
  const read: (readonly (readonly [Token, number])[])[] = [];
  const steps: Token[] = [];
  const scores = (at: number) => {
    const { token, chance } = guesses[Math.min(at, guesses.length - 1)];
    return { tokens: [token], logits: [Math.log(chance)] };
  };
  const head: FeatureHead = {
    open() {
      let rows = 0;
      let ahead = 0;
      return {
        room: () => most - rows,
        async read(tokens, features) {
          rows += tokens.length;
          ahead = 0;
          read.push(tokens.map((token, i) => [token, features[i][0]]));
          return [scores(0)];
        },
        async step(token) {
          steps.push(token);
          return scores(++ahead);
        },
      };
    },
  };
  return { head, read, steps };
}

const GUESSES = [
  { token: 5, chance: 0.9 },
  { token: 6, chance: 0.8 },
  { token: 7, chance: 0.6 },
];
const PROMPT = [1, 2, 3];

/** Features say at which node they are; -100 and below: none. */
const hidden: Round["hidden"] = (node) => (node > -100 ? Float32Array.of(node) : undefined);
const start = (drafter: ReturnType<typeof eagle>, tokens: readonly Token[] = PROMPT) =>
  drafter.start(setup({ tokens }, { model: flat(40), shape: "chain" }));
const ask = (output: readonly Token[], most = 8) => context({ prompt: PROMPT, output, ...room(most) });

describe("eagle", () => {
  it("reads the prompt's last features, and those of what stood, beside the tokens that came next", async () => {
    const { head, read, steps } = spoken(GUESSES);
    const drafting = await start(eagle(head));
    drafting.observe?.(roundOf(0, [4], { hidden }));
    const { tokens, confidence = [] } = await drafting.propose(ask([4], 3));
    expect(read).toEqual([
      [
        [2, -3],
        [3, -2],
        [4, -1],
      ],
    ]);
    expect(tokens).toEqual([5, 6, 7]);
    expect(steps).toEqual([5, 6]);
    expect(confidence[0]).toBeGreaterThan(confidence[2]);
    // Of a draft of three two stood.
    drafting.observe?.(
      roundOf(1, [5, 6, 9], { hidden, draft: chain([5, 6, 7]), verdict: { path: [0, 1], next: 9 } }),
    );
    drafting.observe?.(roundOf(4, [8], { hidden }));
    await drafting.propose(ask([4, 5, 6, 9, 8]));
    expect(read[1]).toEqual([
      [5, -1],
      [6, 0],
      [9, 1],
      [8, -1],
    ]);
  });

  it("reads no more of a prompt than it is told to", async () => {
    const { head, read } = spoken(GUESSES);
    const drafting = await start(eagle(head, { lead: 2 }));
    drafting.observe?.(roundOf(0, [4], { hidden }));
    await drafting.propose(ask([4]));
    expect(read[0]).toEqual([
      [3, -2],
      [4, -1],
    ]);
  });

  it("is not asked without room, twice for one place, behind guesses of others, or without features", async () => {
    const { head, read } = spoken(GUESSES);
    const drafting = await start(eagle(head));
    expect((await drafting.propose(ask([]))).tokens).toEqual([]);
    drafting.observe?.(roundOf(0, [4], { hidden }));
    expect((await drafting.propose(ask([4], 0))).tokens).toEqual([]);
    expect((await drafting.propose(ask([4, 5]))).tokens).toEqual([]);
    expect(read).toHaveLength(0);
    expect((await drafting.propose(ask([4], 2))).tokens).toEqual([5, 6]);
    expect((await drafting.propose(ask([4], 1))).tokens).toEqual([5]);
    expect(read).toHaveLength(1);
    const blind = await start(eagle(head));
    blind.observe?.(roundOf(0, [4]));
    expect((await blind.propose(ask([4]))).tokens).toEqual([]);
    expect(read).toHaveLength(1);
  });

  it("stops when its memory is full, and at tokens that the vocabulary lacks", async () => {
    const { head, read } = spoken([GUESSES[0], { token: 41, chance: 0.9 }, GUESSES[2]], 4);
    const drafting = await start(eagle(head));
    drafting.observe?.(roundOf(0, [4], { hidden }));
    expect((await drafting.propose(ask([4]))).tokens).toEqual([5]);
    drafting.observe?.(roundOf(1, [5, 6], { hidden, draft: chain([5]), verdict: { path: [0], next: 6 } }));
    expect((await drafting.propose(ask([4, 5, 6]))).tokens).toEqual([]);
    expect(read).toHaveLength(1);
  });

  it("leaves it to predictors where they are sure, and is surer where they agree", async () => {
    const { head, read, steps } = spoken(GUESSES);
    const table = tableOf([
      [[14], 15, 0.95],
      [[15], 16, 0.95],
      [[24], 5, 0.3],
      [[34], 9, 0.3],
    ]);
    const drafting = await start(eagle(head, { beside: ngrams(table) }));
    const output: Token[] = [];
    let most = 2;
    const behind = async (token: Token) => {
      drafting.observe?.(roundOf(output.length, [token], { hidden }));
      output.push(token);
      return drafting.propose(ask(output, most));
    };

    expect((await behind(14)).tokens).toEqual([15, 16]);
    expect(read).toHaveLength(0);
    most = 3;
    const [agreed, alone] = [await behind(24), await behind(34)];
    expect([agreed.tokens, alone.tokens]).toEqual([
      [5, 6, 7],
      [5, 6, 7],
    ]);
    expect(agreed.confidence?.[0]).toBeGreaterThan(alone.confidence?.[0] ?? 1);
    // What it was not asked for it has read since, and each guess before the next one.
    expect(read[0].map(([token]) => token)).toEqual([2, 3, 14, 24]);
    expect(steps.slice(0, 2)).toEqual([5, 6]);
  });
});
