import { describe, expect, it } from "vitest";
import { createNoise, type Token } from "../../src/core/index.js";
import { buildDatastore, type Datastore, rest } from "../../src/drafters/index.js";
import { context, counted, flat, room, roundOf, setup } from "./setup.js";

const text = (length: number, size: number, seed = 1) => {
  const { uniform } = createNoise(seed);
  return Uint16Array.from({ length }, (_, i) => Math.floor(size * uniform(i, 0) ** 2));
};

/** The order of two suffixes by their first tokens. */
function order({ tokens }: Datastore, a: number, b: number, most: number): number {
  for (let i = 0; i < most; i++) {
    const [one, other] = [tokens[a + i] ?? -1, tokens[b + i] ?? -1];
    if (one !== other) return one - other;
  }
  return 0;
}

describe("buildDatastore", () => {
  const cases: Record<string, Uint16Array | Uint32Array> = {
    "one token": Uint16Array.of(3),
    "random text of a small vocabulary": text(3000, 3),
    "random text of a large one": text(3000, 3000),
    "one token again and again": new Uint16Array(2000).fill(7),
    "a period": Uint32Array.from({ length: 2000 }, (_, i) => 100_000 + (i % 13)),
    "a text twice": Uint16Array.from([...text(700, 50), ...text(700, 50)]),
    "rising tokens": Uint16Array.from({ length: 2000 }, (_, i) => i),
    "falling tokens": Uint16Array.from({ length: 2000 }, (_, i) => 2000 - i),
  };
  for (const [name, tokens] of Object.entries(cases))
    it(`sorts the suffixes of ${name}`, () => {
      const store = buildDatastore(tokens);
      expect([...store.suffixes].sort((a, b) => a - b)).toEqual([...tokens.keys()]);
      for (let i = 1; i < tokens.length; i++)
        expect(order(store, store.suffixes[i - 1], store.suffixes[i], 64)).toBeLessThanOrEqual(0);
    });

  it("looks at each suffix some dozen times, however large the text is and however it repeats itself", () => {
    for (const tokens of [
      text(20_000, 3000),
      new Uint16Array(20_000).fill(7),
      Uint16Array.from({ length: 20_000 }, (_, i) => i % 1000),
    ]) {
      const { list, reads } = counted(tokens);
      buildDatastore(list);
      expect(reads()).toBeLessThan(20_000 * 200);
    }
  });

  it("leaves suffixes out that begin at a separator, and refuses no text", () => {
    const { suffixes, separators } = buildDatastore(Uint16Array.of(1, 0, 2, 0), [0]);
    expect([[...suffixes], separators]).toEqual([[0, 2], [0]]);
    expect(() => buildDatastore(new Uint16Array(0))).toThrow(/no tokens/);
  });
});

const ask = async (store: Datastore, options = {}, shape: "chain" | "tree" = "chain") => {
  const drafting = await rest(store, options).start(setup({}, { model: flat(100), shape }));
  return (output: readonly Token[], most = 3, prompt: readonly Token[] = [99]) =>
    drafting.propose(context({ prompt, output, ...room(most) }));
};

describe("rest", () => {
  it("finds the longest run of last tokens that stands in the text, and what follows it most often", async () => {
    for (let seed = 0; seed < 30; seed++) {
      const tokens = text(300, 4, seed);
      const copied = await ask(buildDatastore(tokens), { minMatch: 1, maxMatch: 8, hits: 1000 });
      const output = [...text(20, 4, seed + 100)];
      const all = [...tokens];
      const places = (run: readonly Token[]) =>
        all.flatMap((_, at) => (run.every((token, i) => all[at + i] === token) ? [at + run.length] : []));
      const longest = [8, 7, 6, 5, 4, 3, 2, 1].find((length) => places(output.slice(-length)).length > 0);
      const found = places(output.slice(-(longest ?? 0)));
      const counts = new Map<Token, number>();
      for (const place of found)
        if (place < all.length) counts.set(all[place], (counts.get(all[place]) ?? 0) + 1);
      const { tokens: guesses } = await copied(output, 1);
      expect(guesses).toHaveLength(counts.size > 0 ? 1 : 0);
      if (counts.size > 0) expect(counts.get(guesses[0])).toBe(Math.max(...counts.values()));
    }
  });

  const fork = Uint16Array.of(1, 2, 3, 4, 9, 1, 2, 3, 5, 9, 1, 2, 6, 7, 9);

  it("makes the tree of continuations by their shares, and a chain of the likeliest", async () => {
    const store = buildDatastore(fork, [9]);
    const { tokens, parents, confidence = [] } = await (await ask(store, {}, "tree"))([1, 2], 9);
    const roots = [...tokens.keys()].filter((node) => parents[node] === -1);
    expect(roots.map((node) => tokens[node])).toEqual([3, 6]);
    expect(confidence[roots[0]] / confidence[roots[1]]).toBeCloseTo(2);
    expect(tokens.filter((_, node) => parents[node] === roots[0]).sort()).toEqual([4, 5]);
    // A document's end is proposed, and nothing behind it.
    const end = tokens.lastIndexOf(9);
    expect(parents.includes(end)).toBe(false);
    const chain = await (await ask(store))([1, 2, 6], 9);
    expect([chain.tokens, chain.parents]).toEqual([
      [7, 9],
      [-1, 0],
    ]);
  });

  it("matches in prompt and output, not across the end of a document, and not too little", async () => {
    const store = buildDatastore(fork, [9]);
    const tokens = async (prompt: Token[], output: Token[], options = {}) =>
      (await (await ask(store, options))(output, 1, prompt)).tokens;
    expect(await tokens([1, 2], [3, 5])).toEqual([9]);
    expect(await tokens([1], [2, 6])).toEqual([7]);
    expect(await tokens([5, 9], [1], { minMatch: 2 })).toEqual([]);
    expect(await tokens([5, 9], [1], { minMatch: 1 })).toEqual([2]);
    expect(await tokens([6], [], { minMatch: 2 })).toEqual([]);
    expect(await tokens([Number.NaN, -1], [1, 2])).toEqual([3]);
    expect(await tokens([8, 8], [8, 8])).toEqual([]);
  });

  it("refuses a datastore of more tokens than the model has, and settings that cannot be", async () => {
    const store = { ...buildDatastore(fork), vocabularySize: 101 };
    await expect(rest(store).start(setup({}, { model: flat(100) }))).rejects.toThrow(/101 tokens.*100/);
    expect(() => rest(store, { minMatch: 0 })).toThrow(/minMatch is 0/);
    expect(() => rest(store, { minMatch: 5, maxMatch: 4 })).toThrow(/maxMatch is 4/);
    expect(() => rest(store, { hits: 0 })).toThrow(/hits is 0/);
  });

  it("reads as much of a large datastore as binary search does", async () => {
    const { tokens, suffixes } = buildDatastore(text(200_000, 50));
    const output = [...text(500, 50)];
    const [words, places] = [counted(tokens), counted(suffixes)];
    const store = { tokens: words.list, suffixes: places.list };
    const drafting = await rest(store).start(setup({}, { model: flat(100), shape: "chain" }));
    for (let turn = 3; turn < 100; turn++) {
      await drafting.propose(context({ output: output.slice(0, turn), ...room(8) }));
      drafting.observe?.(roundOf(turn - 1, output.slice(turn - 1, turn)));
      // Six searches of 18 steps with up to 16 tokens each; 128 places of 8 guesses.
      expect(words.reads()).toBeLessThan(6 * 18 * 16 + 3 * 128 * 8);
      expect(places.reads()).toBeLessThan(6 * 18 + 3 * 128 * 8);
    }
  });
});
