import { describe, expect, it } from "vitest";
import { createNoise, type Token } from "../../src/core/index.js";
import { lookup, type SpansOptions, spans } from "../../src/drafters/index.js";
import { context, counted, flat, room, roundOf, setup } from "./setup.js";

const ask = async (options: SpansOptions, reference?: readonly Token[]) => {
  const drafting = await spans(options).start(
    setup({ ...(reference && { reference }) }, { model: flat(100) }),
  );
  return async (output: readonly Token[], most = 3) => drafting.propose(context({ output, ...room(most) }));
};

describe("spans", () => {
  it("copies from documents where the last tokens of the output stand in one, and ends with it", async () => {
    const copied = await ask({
      documents: [
        [1, 2, 3, 4],
        [5, 6, 7, 8, 9],
      ],
    });
    const tokens = async (...output: Token[]) => (await copied(output)).tokens;
    expect(await tokens(50, 2)).toEqual([3, 4]);
    expect(await tokens(50, 5)).toEqual([6, 7, 8]);
    expect(await tokens(4)).toEqual([]);
    expect(await tokens(60)).toEqual([]);
    expect(await tokens()).toEqual([]);
  });

  it("does not look at the prompt, and not before enough tokens agree", async () => {
    const prompt = [1, 2];
    const drafting = await spans({ documents: [[1, 2, 3, 4]], minMatch: 2 }).start(setup());
    const tokens = async (...output: Token[]) =>
      (await drafting.propose(context({ prompt, output, ...room(2) }))).tokens;
    expect([await tokens(), await tokens(2), await tokens(1, 2)]).toEqual([[], [], [3, 4]]);
  });

  it("takes the longest agreement, and stays with its copy where a lookup goes to the latest", async () => {
    const documents = [[1, 2, 3, 4, 20, 3, 4, 21]];
    const copied = await ask({ documents });
    expect((await copied([1, 2, 3, 4], 1)).tokens).toEqual([20]);
    const twice = [[9, 7, 30, 31, 8, 7, 40, 41]];
    const follows = await ask({ documents: twice });
    expect((await follows([9], 1)).tokens).toEqual([7]);
    expect((await follows([9, 7], 2)).tokens).toEqual([30, 31]);
    const looking = await lookup({ maxNgram: 1 }).start(setup({ reference: twice[0] }, { model: flat(100) }));
    expect((await looking.propose(context({ output: [9, 7], ...room(1) }))).tokens).toEqual([40]);
  });

  it("goes on near to where a copy fell, where several places agree equally", async () => {
    const copied = await ask({ documents: [[5, 50, 1, 2, 5, 60, 3, 4, 5, 70]] });
    // It copied 1 2, then something else came, then 5: the nearest 5 is the one behind 2.
    await copied([1, 2]);
    await copied([1, 2, 99]);
    expect((await copied([1, 2, 99], 1)).tokens).toEqual([]);
    const close = await ask({ documents: [[5, 50, 1, 2, 3, 5, 60, 4, 4, 4, 4, 5, 70]] });
    await close([1, 2]);
    expect((await close([1, 2, 5], 1)).tokens).toEqual([60]);
  });

  it("has the modality's reference for a document, and says so where there is none", async () => {
    const copied = await ask({}, [1, 2, 3]);
    expect((await copied([1])).tokens).toEqual([2, 3]);
    await expect(spans().start(setup())).rejects.toThrow(/needs documents/);
  });

  it("corrects a sentence: all of it is the draft, and goes on behind edits", async () => {
    const sentence = [10, 11, 12, 13, 14, 15, 16, 17];
    const correcting = await ask({ documents: [sentence], corrects: true });
    const tokens = async (...output: Token[]) => (await correcting(output, 4)).tokens;
    expect(await tokens()).toEqual([10, 11, 12, 13]);
    // One token for another; one more; one less; several for one.
    expect(await tokens(10, 50)).toEqual([12, 13, 14, 15]);
    expect(await tokens(10, 50, 11)).toEqual([12, 13, 14, 15]);
    expect(await tokens(10, 12)).toEqual([13, 14, 15, 16]);
    expect(await tokens(10, 50, 51, 52, 13)).toEqual([14, 15, 16, 17]);
    expect(await tokens(...sentence)).toEqual([]);
  });

  it("follows outputs that shrink and change", async () => {
    for (let seed = 0; seed < 30; seed++) {
      const { chance } = createNoise(seed);
      const some = (count: number) => Array.from({ length: count }, () => Math.floor(chance() * 5));
      const options = { documents: [some(20), some(10)], corrects: seed % 2 === 0 };
      const used = await ask(options);
      const committed: Token[] = [];
      for (let turn = 0; turn < 20; turn++) {
        for (const extra of [some(3), [], some(2)]) {
          const output = [...committed, ...extra];
          const fresh = await (await ask(options))(output);
          expect((await used(output)).tokens).toEqual(fresh.tokens);
        }
        committed.push(...some(2));
      }
    }
  });

  it("reads documents once, and of the output what is new", async () => {
    const document = counted(Array.from({ length: 5000 }, (_, i) => (i * i) % 97));
    const output = counted<Token[]>([]);
    const drafter = spans({ documents: [document.list] });
    const drafting = await drafter.start(setup({}, { model: flat(100) }));
    await drafter.start(setup({}, { model: flat(100) }));
    expect(document.reads()).toBe(5000);
    for (let turn = 0; turn < 300; turn++) {
      drafting.observe?.(roundOf(output.list.length, [turn % 7, (turn * turn) % 97]));
      output.list.push(turn % 7, (turn * turn) % 97);
      await drafting.propose(context({ output: output.list, ...room(8) }));
      expect(document.reads()).toBe(0);
      // Two new tokens, each compared at up to 64 places with up to 24 tokens before it.
      expect(output.reads()).toBeLessThan(2 * 64 * 24);
    }
  });
});
