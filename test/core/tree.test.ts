import { describe, expect, it } from "vitest";
import { aheadWithin, rowsAhead, withAhead } from "../../src/core/ahead.js";
import { holds } from "../../src/core/holds.js";
import {
  chain,
  checkDraft,
  createSampler,
  type Distribution,
  type Draft,
  type Drafter,
  decode,
  distribution,
  fromWeights,
  subtree,
  tokensOn,
} from "../../src/core/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { functionModel } from "../../src/targets/index.js";
import { rejection } from "../../src/verifiers/index.js";

const SIZE = 4;
const halves = fromWeights([1, 1, 0, 0]);
const check = (draft: Draft) => () => checkDraft(draft, 'the drafter "mine" proposed', SIZE);
const wrong = (what: RegExp) => new RegExp(`the drafter "mine" proposed a broken draft: ${what.source}`);

describe("checkDraft", () => {
  it("lets whole drafts pass", () => {
    expect(check(chain([]))).not.toThrow();
    expect(check(chain([0, 3], { drawnFrom: [halves, undefined], confidence: [0, 1] }))).not.toThrow();
    expect(
      check({ tokens: [0, 0, 1], parents: [-1, -1, 1], drawnFrom: [halves, halves, halves] }),
    ).not.toThrow();
  });

  it("names parents that do not stand before their children, and what is missing", () => {
    for (const parent of [1, 2, -2, 0.5, Number.NaN])
      expect(check({ tokens: [0, 1], parents: [-1, parent] })).toThrow(wrong(/node 1 has parent/));
    expect(check({ tokens: [0, 1], parents: [-1] })).toThrow(wrong(/2 tokens but 1 parents/));
    expect(check(undefined as unknown as Draft)).toThrow(wrong(/tokens or parents are missing/));
    expect(check([] as unknown as Draft)).toThrow(wrong(/tokens or parents are missing/));
  });

  it("names tokens that do not exist", () => {
    for (const token of [4, -1, 0.5, Number.NaN, undefined as unknown as number])
      expect(check(chain([0, token]))).toThrow(wrong(/token .* is outside the vocabulary of 4/));
  });

  it("names rows ahead that are none", () => {
    const ahead = (behind: number, tokens: readonly number[]) =>
      check({ ...chain([0, 1]), ahead: [{ behind, tokens }] });
    // Behind the vocabulary there may be tokens that only rows are given.
    expect(ahead(-1, [4, 5])).not.toThrow();
    expect(ahead(2, [4])).toThrow(wrong(/rows ahead are behind node 2, which is none/));
    expect(ahead(0.5, [4])).toThrow(wrong(/rows ahead are behind node 0.5/));
    expect(ahead(1, [4, -1])).toThrow(wrong(/a row ahead is token -1/));
  });

  it("names distributions that do not fit", () => {
    expect(check(chain([0, 1], { drawnFrom: [halves] }))).toThrow(
      wrong(/2 tokens, but drawnFrom has 1 entries/),
    );
    expect(check(chain([0], { drawnFrom: [halves, halves] }))).toThrow(
      wrong(/1 tokens, but drawnFrom has 2/),
    );
    expect(check(chain([0, 2], { drawnFrom: [undefined, halves] }))).toThrow(
      wrong(/node 1 is token 2, which the distribution it was drawn from does not have/),
    );
    const list = [0.5, 0.5, 0, 0] as unknown as Distribution;
    expect(check(chain([0], { drawnFrom: [list] }))).toThrow(wrong(/drawnFrom of node 0 is no distribution/));
  });

  it("names confidences that are none", () => {
    for (const value of [Number.NaN, -0.1, 1.1, Number.POSITIVE_INFINITY, undefined as unknown as number])
      expect(check(chain([0, 1], { confidence: [1, value] }))).toThrow(
        wrong(/node 1 has the confidence .*, which is no number from 0 to 1/),
      );
    expect(check(chain([0, 1], { confidence: [1] }))).toThrow(
      wrong(/2 tokens, but confidence has 1 entries/),
    );
  });

  it("is asked by the loop, before a verifier sees the draft", async () => {
    const target = functionModel(() => new Float32Array(SIZE), { vocabularySize: SIZE });
    const run = async (draft: Draft) => {
      const drafter: Drafter = { name: "mine", start: async () => ({ propose: () => draft }) };
      const settings = { target, encoded: { tokens: [0] }, plan: fixedLength(2), maxTokens: 4 };
      for await (const _ of decode({ ...settings, verifier: rejection(), drafter }));
    };
    await expect(run(chain([2], { drawnFrom: [halves] }))).rejects.toThrow(wrong(/node 0 is token 2/));
    await expect(run(chain([1, 1], { drawnFrom: [halves] }))).rejects.toThrow(
      wrong(/2 tokens, but drawnFrom has 1/),
    );
    await expect(run(chain([1], { confidence: [Number.NaN] }))).rejects.toThrow(
      wrong(/node 0 has the confidence NaN/),
    );
    await expect(run({ tokens: [1, 1], parents: [-1, 3] })).rejects.toThrow(wrong(/node 1 has parent 3/));
    expect(await run(chain([1], { drawnFrom: [halves] }))).toBeUndefined();
  });
});

describe("holds", () => {
  const history = { prompt: [0], output: [], path: [] };
  it("agrees with the list, for every kind of distribution", () => {
    const row = Float32Array.of(3, 0, -21, Number.NEGATIVE_INFINITY, 3, -20.1);
    const mask = Uint32Array.of(0b101111);
    for (const sampling of [
      {},
      { temperature: 0.3 },
      { minP: 0.01 },
      { topK: 2 },
      { topP: 0.6 },
      { temperature: 0 },
    ])
      for (const which of [undefined, mask]) {
        const of = createSampler(sampling)(row, history, which);
        const listed = [...row.keys()].filter((token) => holds(of, token));
        expect(listed).toEqual([...of.tokens]);
      }
    expect(holds(distribution(Int32Array.of(2, 5), Float64Array.of(1, 1)), 3)).toBe(false);
  });

  it("makes no list of a softmax", () => {
    const from = createSampler({})(Float32Array.of(1, 2, 3, 4), history);
    const unlisted = { logits: from.logits } as Distribution;
    expect(check(chain([3], { drawnFrom: [unlisted] }))).not.toThrow();
  });
});

describe("the tokens on a path", () => {
  const fork: Draft = { tokens: [3, 2, 1], parents: [-1, 0, -1] };
  it("are those of nodes that follow one another", () => {
    expect([[], [0], [2], [0, 1]].map((path) => tokensOn(fork, path))).toEqual([[], [3], [1], [3, 2]]);
  });
  it("are none where a node does not follow, and it is named", () => {
    for (const [path, message] of [
      [[3], "the session cannot keep node 3: the latest pass's draft has no such node behind the last"],
      [[-1], "node -1"],
      [[0.5], "node 0.5"],
      [[Number.NaN], "node NaN"],
      [[1], "node 1"],
      [[0, 0], "node 0: the latest pass's draft has no such node behind node 0"],
      [[0, 2], "node 2: the latest pass's draft has no such node behind node 0"],
      [[2, 1], "node 1: the latest pass's draft has no such node behind node 2"],
    ] as const)
      expect(() => tokensOn(fork, path)).toThrow(message);
    expect(() => tokensOn(fork, [1], "mine accepts")).toThrow("mine accepts node 1: ");
  });
});

describe("subtree", () => {
  const draft: Draft = { tokens: [1, 2, 3], parents: [-1, 0, 1], confidence: [1, 0.5, 0.25] };
  it("keeps what belongs to the nodes", () => {
    expect(subtree(draft, [0, 1])).toEqual({ tokens: [1, 2], parents: [-1, 0], confidence: [1, 0.5] });
  });
  it("makes no orphan another parent's child", () => {
    expect(() => subtree(draft, [0, 2])).toThrow(/node 2 of a draft is kept, its parent 1 is not/);
  });
});

describe("rows ahead", () => {
  const draft: Draft = {
    tokens: [1, 2, 3],
    parents: [-1, 0, 0],
    ahead: [
      { behind: -1, tokens: [7, 8] },
      { behind: 2, tokens: [7, 8] },
      { behind: 1, tokens: [] },
    ],
  };

  it("are nodes of a pass behind all that is judged", () => {
    expect(rowsAhead(draft)).toBe(4);
    expect(withAhead(draft)).toEqual({ tokens: [1, 2, 3, 7, 8, 7, 8], parents: [-1, 0, 0, -1, 3, 2, 5] });
    expect(withAhead(chain([1, 2]))).toEqual(chain([1, 2]));
  });

  it("follow their nodes where a draft is cut, and go with them", () => {
    const { tokens, ahead } = subtree(draft, [0, 2]);
    expect([tokens, ahead]).toEqual([
      [1, 3],
      [
        { behind: -1, tokens: [7, 8] },
        { behind: 1, tokens: [7, 8] },
      ],
    ]);
    expect(subtree(draft, []).ahead).toEqual([{ behind: -1, tokens: [7, 8] }]);
  });

  it("end where the sequence does", () => {
    const rows = (room: number) => aheadWithin(draft, room).ahead?.map(({ tokens }) => tokens.length);
    expect([rows(9), rows(3), rows(1), rows(0)]).toEqual([
      [2, 2, 0],
      [2, 1, 0],
      [1, 0, 0],
      [0, 0, 0],
    ]);
  });
});
