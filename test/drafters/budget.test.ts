import { describe, expect, it } from "vitest";
import { type Budget, chain, type Drafter, depths, fromWeights, type Token } from "../../src/core/index.js";
import {
  aligned,
  branches,
  buildDatastore,
  cascade,
  copy,
  firstNonEmpty,
  given,
  gridLookup,
  heads,
  jacobi,
  longest,
  lookahead,
  lookup,
  model,
  none,
  osd,
  recycling,
  reference,
  rest,
  spans,
  suffix,
} from "../../src/drafters/index.js";
import { certainly, context, drafterOf, flat, roundOf, setup } from "./setup.js";

const SIZE = 8;
const long = Array.from({ length: 40 }, (_, i) => i % SIZE);
/** One that has seen a sequence that goes on for long. */
const taught = (drafter: Drafter): Drafter => ({
  ...drafter,
  async start(setup) {
    const before = await drafter.start(setup);
    const logits = () => Float32Array.from({ length: SIZE }, (_, token) => -token);
    for (const [start, token] of long.entries()) before.observe?.(roundOf(start, [token], { logits }));
    await before.close?.();
    return drafter.start(setup);
  },
});
/** Drafters whose drafts are trees here, with what is most side by side; others' are chains. */
const TREES: Record<string, number> = {
  branches: 3,
  suffix: SIZE,
  rest: SIZE,
  recycling: SIZE,
  osd: SIZE,
  lookahead: 9,
};
const drafters: Record<string, () => Drafter> = {
  suffix: () => taught(suffix()),
  spans: () => spans(),
  "spans corrected": () => spans({ documents: [long], corrects: true }),
  rest: () => rest(buildDatastore(Uint16Array.from(long))),
  recycling: () => taught(recycling()),
  osd: () => taught(osd()),
  lookahead: () => lookahead({ window: 9 }),
  cascade: () => cascade(flat(SIZE), lookup(), { minConfidence: 0 }),
  "cascade with a tail": () => cascade(flat(SIZE), copy({ offsets: [2] }), { minConfidence: 0, first: 1 }),
  aligned,
  reference: () => reference(),
  lookup: () => lookup(),
  copy: () => copy({ offsets: [2] }),
  gridLookup: () => gridLookup({ blank: 0 }),
  heads: () => heads({ count: 20, size: SIZE }),
  model: () => model(flat(SIZE), { minConfidence: 0 }),
  jacobi: () => jacobi({ window: Number.POSITIVE_INFINITY }),
  "jacobi filled": () => jacobi({ window: 9.5, filler: copy({ offsets: [2] }) }),
  given: () => given(none()),
  firstNonEmpty: () => firstNonEmpty(none(), copy({ offsets: [2] })),
  longest: () => longest(copy({ offsets: [2] }), model(flat(SIZE), { minConfidence: 0 })),
  branches: () => branches(copy({ offsets: [2] }), aligned(), copy({ offsets: [1] })),
};

async function propose(drafter: Drafter, budget: Budget) {
  const drafting = await drafter.start(setup({ reference: long, grid: [20, 2, 2] }, { model: flat(SIZE) }));
  drafting.observe?.({
    start: 0,
    draft: chain([]),
    proposed: 0,
    verdict: { path: [], next: 1 },
    tokens: [1, 2, 3],
    target: () => fromWeights([1]),
    logits: () => new Float32Array(SIZE),
    hidden: () => new Float32Array(20 * SIZE),
    draw: () => 0,
    timing: { draft: 0, target: 0, verify: 0, total: 0 },
  });
  // Rules that force for ever.
  const forced = () => 5;
  const draft = await drafting.propose(context({ output: [1, 2, 3], budget, forced }));
  await drafting.close?.();
  return draft;
}

describe("budgets", () => {
  for (const [name, make] of Object.entries(drafters)) {
    it(`are kept by ${name}`, async () => {
      for (const [nodes, depth, most] of [
        [5, 5, 5],
        [2, 6, 2],
        [6, 2, name in TREES ? 6 : 2],
        [2.5, 2.5, 2],
        [0.5, 4, 0],
        [0, 0, 0],
        [-1, 3, 0],
        [3, -1, 0],
        [Number.NaN, 3, 0],
        [3, Number.NaN, 0],
      ]) {
        const draft = await propose(make(), { nodes, depth });
        const said = `${draft.tokens.length} tokens for nodes ${nodes}, depth ${depth}`;
        expect(draft.tokens.length, said).toBeLessThanOrEqual(most);
        for (const own of depths(draft)) expect(own, said).toBeLessThan(depth);
        // Where the reference is long enough a chain fills its room.
        if (!(name in TREES) && name !== "lookup") expect(draft.tokens.length, said).toBe(most);
      }
    });

    it(`without an end end with ${name}`, async () => {
      const endless = Number.POSITIVE_INFINITY;
      const { tokens } = await propose(make(), { nodes: endless, depth: endless });
      expect(tokens.length).toBeGreaterThan(0);
      expect(tokens.length).toBeLessThanOrEqual(name === "branches" ? 3 * 4096 : 4096);
      expect((await propose(make(), { nodes: 4, depth: endless })).tokens.length).toBeLessThanOrEqual(4);
      const wide = await propose(make(), { nodes: endless, depth: 1 });
      expect(wide.tokens.length).toBeLessThanOrEqual(TREES[name] ?? 1);
    });
  }
});

describe("tokens that the vocabulary lacks", () => {
  const foreign: Token[] = [1, 2, 3, 4, 99, 5];
  const guesses = async (drafter: Drafter, output: readonly Token[], encoded = {}) => {
    const drafting = await drafter.start(setup({ reference: foreign, ...encoded }, { model: flat(SIZE) }));
    return drafting.propose(context({ output, budget: { nodes: 6, depth: 6 } }));
  };

  it("end what references propose", async () => {
    expect((await guesses(aligned(), [1, 2])).tokens).toEqual([3, 4]);
    expect((await guesses(reference(), [1, 2])).tokens).toEqual([3, 4]);
    expect((await guesses(lookup(), [2, 3])).tokens).toEqual([4]);
    expect((await guesses(aligned(), [1, 2, 3, 4])).tokens).toEqual([]);
    for (const broken of [-1, 1.5, Number.NaN])
      expect((await guesses(aligned(), [], { reference: [1, broken, 2] })).tokens).toEqual([1]);
  });

  it("end what copies propose", async () => {
    expect((await guesses(copy({ blank: SIZE }), [], { grid: [4, 2] })).tokens).toEqual([]);
    const { tokens, confidence } = await guesses(gridLookup({ blank: 0 }), [1], {
      grid: [4, 1, 4],
      pieces: [{ rows: 1, columns: 3, tokens: [1, 2, 99] }],
    });
    expect([tokens, confidence?.length]).toEqual([[2], 1]);
  });
});

describe("settings that are odd", () => {
  it("do not keep a lookup busy for ever", async () => {
    for (const options of [
      { minNgram: Number.NEGATIVE_INFINITY },
      { maxNgram: 2.5 },
      { minNgram: Number.NaN },
    ]) {
      const drafting = await lookup(options).start(setup());
      const { tokens } = await drafting.propose(
        context({ output: [1, 2, 3], budget: { nodes: 2, depth: 2 } }),
      );
      expect(tokens).toEqual([]);
    }
  });

  it("of a grid are refused", async () => {
    for (const grid of [
      [4, 0, 3],
      [4, 2, 1.5],
      [4, Number.NaN],
    ])
      await expect(gridLookup({ blank: 0 }).start(setup({ grid }))).rejects.toThrow(
        "whole sizes of at least 1",
      );
  });
});

describe("given", () => {
  const forced = (path: readonly Token[] = []) => [6, 7, undefined, 6][path.length];
  const q = fromWeights([1, 1]);

  it("proposes what the rules force, for sure, and asks the drafter for what comes behind", async () => {
    const asked: unknown[] = [];
    const bush = drafterOf(({ output, budget, draw }) => {
      asked.push([output, budget.nodes, budget.depth, draw(q, 1)]);
      return {
        tokens: [1, 2, 3],
        parents: [-1, -1, 1],
        drawnFrom: [q, undefined, q],
        confidence: [0.5, 0.4, 0.3],
      };
    });
    const drafting = await given(bush).start(setup());
    const draw = (_: unknown, depth: number) => depth;
    const draft = await drafting.propose(
      context({ output: [5], budget: { nodes: 8, depth: 4 }, forced, draw }),
    );
    expect(asked).toEqual([[[5, 6, 7], 6, 2, 3]]);
    expect(draft).toEqual({
      tokens: [6, 7, 1, 2, 3],
      parents: [-1, 0, 1, 1, 3],
      drawnFrom: [undefined, undefined, q, undefined, q],
      confidence: [1, 1, 0.5, 0.4, 0.3],
    });
  });

  it("asks the drafter alone where nothing is forced, and not at all where no room is left", async () => {
    const drafting = await given(certainly(1, 2)).start(setup());
    const propose = async (room: number, forced = () => undefined as Token | undefined) =>
      drafting.propose(context({ budget: { nodes: room, depth: room }, forced }));
    expect((await propose(4)).tokens).toEqual([1, 2]);
    const full = await propose(3, () => 6);
    expect([full.tokens, full.confidence]).toEqual([
      [6, 6, 6],
      [1, 1, 1],
    ]);
    const silent = await given(none()).start(setup());
    const only = await silent.propose(context({ budget: { nodes: 5, depth: 5 }, forced }));
    expect([only.tokens, only.confidence]).toEqual([
      [6, 7],
      [1, 1],
    ]);
  });
});

describe("reference", () => {
  it("follows an output whose end was only drafted and did not stand", async () => {
    const drafting = await reference().start(setup({ reference: [1, 2, 3, 4, 5, 6, 7] }));
    const at = async (...output: Token[]) =>
      (await drafting.propose(context({ output, budget: { nodes: 2, depth: 2 } }))).tokens;
    expect(await at(1, 2)).toEqual([3, 4]);
    expect(await at(1, 2, 3, 4)).toEqual([5, 6]);
    expect(await at(1, 2, 3)).toEqual([4, 5]);
    expect(await at(1, 2)).toEqual([3, 4]);
  });
});
