import { describe, expect, it } from "vitest";
import { depths, firstPath, isChain, type Round, type Token } from "../../src/core/index.js";
import { eagle, type FeatureHead, parallel, staticTree } from "../../src/drafters/index.js";
import { context, flat, room, roundOf, setup } from "./setup.js";

const STANDS = [
  [0.5, 0.2, 0.1],
  [0.4, 0.3, 0.1],
  [0.2, 0.1, 0.05],
];
const RANKS = STANDS.map((chances) => chances.map((_, rank) => rank));

/** Says the same tokens always, three for each of three places, and tells what it has read. */
function spoken() {
  const read: (readonly (readonly [Token, number | undefined])[])[] = [];
  const head: FeatureHead = {
    open: () => ({
      room: () => 100,
      async read(tokens, features) {
        read.push(tokens.map((token, i) => [token, features[i][0]]));
        return [10, 20, 30].map((first) => ({
          tokens: [first, first + 1, first + 2],
          logits: [0.5, 0.3, 0.1].map(Math.log),
        }));
      },
    }),
  };
  return { head, read };
}

const hidden: Round["hidden"] = (node) => Float32Array.of(node);
const at = (shape: "chain" | "tree", vocabularySize = 40) =>
  setup({ tokens: [1, 2, 3] }, { model: flat(vocabularySize), shape });
const asked = (nodes: number, depth = nodes) => context({ output: [4], ...room(nodes, depth) });

describe("staticTree", () => {
  /** The most guesses that a tree of so many nodes may expect to stand: of all trees. */
  function most(nodes: number): number {
    // A tree is what stands behind its first sibling of a place, and what else there is.
    const best = (place: number, rank: number, left: number): number => {
      const chance = STANDS[place]?.[rank];
      if (left === 0 || chance === undefined) return 0;
      let found = 0;
      for (let below = 0; below < left; below++)
        found = Math.max(
          found,
          chance * (1 + best(place + 1, 0, below)) + best(place, rank + 1, left - 1 - below),
        );
      return Math.max(found, best(place, rank + 1, left));
    };
    return best(0, 0, nodes);
  }

  it("is the best of all trees of its size", () => {
    for (let nodes = 0; nodes <= 12; nodes++) {
      const { tokens, parents, confidence } = staticTree(STANDS, { nodes, depth: nodes }, RANKS, 3);
      expect(tokens).toHaveLength(nodes);
      const reach: number[] = [];
      for (const [node, parent] of parents.entries())
        reach.push((parent < 0 ? 1 : reach[parent]) * confidence[node]);
      expect(reach.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(most(nodes), 10);
    }
  });

  it("keeps to the depth, and to what is worth a row", () => {
    const flatTree = staticTree(STANDS, { nodes: 9, depth: 1 }, RANKS, 3);
    expect([flatTree.tokens, flatTree.parents]).toEqual([
      [0, 1, 2],
      [-1, -1, -1],
    ]);
    expect(staticTree(STANDS, { nodes: 9, depth: 9, worth: 0.19 }, RANKS, 3).confidence).toEqual([
      0.5, 0.2, 0.4,
    ]);
  });
});

describe("parallel", () => {
  const options = { lead: 1, stands: STANDS };

  it("drafts the static tree of what the head says where trees are judged", async () => {
    const { head, read } = spoken();
    const drafting = await parallel(head, options).start(at("tree"));
    expect((await drafting.propose(context(room(8)))).tokens).toEqual([]);
    drafting.observe?.(roundOf(0, [4], { hidden }));
    const draft = await drafting.propose(asked(6));
    const tree = staticTree(STANDS, { nodes: 6, depth: 6 }, RANKS, 3);
    expect(draft.parents).toEqual(tree.parents);
    expect(draft.tokens).toEqual(depths(draft).map((place, node) => 10 * (place + 1) + tree.tokens[node]));
    expect(isChain(draft)).toBe(false);
    expect(firstPath(draft).tokens.slice(0, 2)).toEqual([10, 20]);
    expect(read).toEqual([[[4, -1]]]);
    // What the head said holds until something is committed; behind guesses of others it says nothing.
    expect((await drafting.propose(asked(1))).tokens).toEqual([10]);
    expect((await drafting.propose(asked(0))).tokens).toEqual([]);
    expect((await drafting.propose(context({ output: [4, 5], ...room(6) }))).tokens).toEqual([]);
    expect(read).toHaveLength(1);
  });

  it("leaves out tokens that the vocabulary lacks", async () => {
    const drafting = await parallel(spoken().head, options).start(at("tree", 21));
    drafting.observe?.(roundOf(0, [4], { hidden }));
    const { tokens } = await drafting.propose(asked(20));
    expect(new Set(tokens)).toEqual(new Set([10, 11, 12, 20]));
  });

  it.each([
    ["chain", options],
    ["tree", { lead: 1 }],
  ] as const)("drafts a chain where a %s is judged by %o", async (shape, own) => {
    const drafting = await parallel(spoken().head, own).start(at(shape));
    drafting.observe?.(roundOf(0, [4], { hidden }));
    const draft = await drafting.propose(asked(3));
    expect(isChain(draft)).toBe(true);
    expect(draft.tokens).toEqual([10, 20, 30]);
    expect(draft.drawnFrom?.every((from) => from)).toBe(true);
  });
});

describe("a head that gets the features of the prompt only", () => {
  it("reads the answer's tokens without any", async () => {
    const { head, read } = spoken();
    const drafting = await eagle(head, { promptOnly: true }).start(at("chain"));
    drafting.observe?.(roundOf(0, [4, 5], { hidden, verdict: { path: [0], next: 5 } }));
    drafting.observe?.(roundOf(2, [6], { hidden }));
    await drafting.propose(context({ output: [4, 5, 6], ...room(2) }));
    expect(read).toEqual([
      [
        [2, -3],
        [3, -2],
        [4, -1],
        [5, undefined],
        [6, undefined],
      ],
    ]);
  });
});
