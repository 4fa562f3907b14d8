import { describe, expect, it } from "vitest";
import { toyModel } from "../../src/conformance/toy.js";
import { type Drafter, decode, type Model, type Round, type Token } from "../../src/core/index.js";
import { lookAheadTokens, selfSpeculative } from "../../src/drafters/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { functionModel, guided, prefixCached } from "../../src/targets/index.js";
import { identical } from "../../src/verifiers/index.js";
import { context, room, roundOf, setup } from "./setup.js";

const toy = toyModel({ vocabularySize: 12, sharpness: 2.5 });

async function rounds(target: Model, drafter: Drafter, plan = fixedLength(3)): Promise<Round[]> {
  const all: Round[] = [];
  const run = { target, drafter, plan, encoded: { tokens: [1, 2] }, verifier: identical(), maxTokens: 30 };
  for await (const round of decode(run)) all.push(round);
  return all;
}

describe("selfSpeculative", () => {
  /** All of the target: what it has read is known here by its length. */
  function whole() {
    const read: Token[] = [1, 2];
    const lengths: number[] = [];
    const drafter = selfSpeculative({
      async scores(past, tokens) {
        lengths.push(past.length);
        return toy.logits([...read.slice(0, past.length), ...tokens]);
      },
    });
    const watched: Drafter = {
      ...drafter,
      async start(settings) {
        const drafting = await drafter.start(settings);
        return { ...drafting, observe: ({ tokens }) => void read.push(...tokens) };
      },
    };
    return { drafter: watched, lengths };
  }

  it.each(["by itself", "behind a cache of prefixes"])("goes on where the target is, %s", async (how) => {
    const cached = prefixCached(toy, { megabytes: 1, bytes: () => 1, least: 1 });
    const target = how === "by itself" ? toy : cached;
    // A prompt whose beginning was read before is known from the first pass on only.
    if (target === cached) await rounds(cached, selfSpeculative({ scores: async () => toy.logits([]) }));
    const { drafter, lengths } = whole();
    const all = await rounds(target, drafter);
    expect(all[0].draft.tokens).toEqual([]);
    for (const { draft, verdict } of all.slice(1)) expect(verdict.path.length).toBe(draft.tokens.length);
    expect(all.length).toBeLessThan(10);
    expect(lengths.slice(0, 4)).toEqual([2, 2, 2, 6]);
  });

  it("says where it cannot", async () => {
    const { drafter } = whole();
    const target = guided(toy, { scale: 1, unconditional: (tokens) => tokens.map(() => 0) });
    await expect(rounds(target, drafter)).rejects.toThrow("do not show what they have read");
  });
});

describe("lookAheadTokens", () => {
  const LOOK = [12, 13];
  const only = (token: Token) => new Float32Array(12).fill(-9).fill(9, token, token + 1);
  /** Counts on: 0, 1, 2, ...; a look-ahead token stands for the token that would be there. */
  const counting = functionModel(
    (tokens) => {
      const row = new Float32Array(12);
      const at = tokens.findIndex((token) => token >= 12);
      const [last, more] = at < 0 ? [tokens[tokens.length - 1], 1] : [tokens[at - 1], tokens.length - at + 1];
      row[(last + more) % 12] = 20;
      return row;
    },
    { vocabularySize: 12 },
  );

  it.each(["each", "last"] as const)(
    "guesses what the target said behind them, behind %s",
    async (behind) => {
      const all = await rounds(counting, lookAheadTokens(LOOK, { behind }));
      expect(all.map(({ tokens }) => tokens.length)).toEqual([1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2]);
      expect(all[1].draft).toMatchObject({ tokens: [4, 5], parents: [-1, 0] });
      const nodes = behind === "each" ? [-1, 0, 1] : [1];
      expect(all[1].draft.ahead).toEqual(nodes.map((node) => ({ behind: node, tokens: LOOK })));
    },
  );

  it("knows nothing behind the last guess where another one stood, and what each says where it is asked", async () => {
    for (const [behind, wanted] of [
      ["last", []],
      ["each", [7, 8]],
    ] as const) {
      const drafting = await lookAheadTokens(LOOK, { behind }).start(setup());
      const first = await drafting.propose(context(room(2)));
      expect(first).toMatchObject({ tokens: [], ahead: [{ behind: -1, tokens: LOOK }] });
      drafting.observe?.(roundOf(0, [3], { draft: first, logits: (row) => only(4 + row) }));
      const second = await drafting.propose(context({ ...room(2), output: [3] }));
      expect(second.tokens).toEqual([4, 5]);
      const verdict = { path: [0], next: 6 };
      const logits = (row: number) => only(row + 3);
      drafting.observe?.(roundOf(1, [4, 6], { draft: second, verdict, logits }));
      const third = await drafting.propose(context({ ...room(2), output: [3, 4, 6] }));
      expect(third.tokens).toEqual(wanted);
    }
  });

  it("scores no more of them than there may be guesses, and none where there is no room", async () => {
    const drafting = await lookAheadTokens(LOOK).start(setup());
    expect(await drafting.propose(context(room(1)))).toMatchObject({ ahead: [{ tokens: [12] }] });
    expect(await drafting.propose(context(room(0)))).toEqual({ tokens: [], parents: [] });
  });
});
