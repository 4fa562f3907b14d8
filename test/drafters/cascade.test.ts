import { describe, expect, it } from "vitest";
import { toyModel } from "../../src/conformance/index.js";
import { type Draft, type Drafter, decode, type Model, type Token } from "../../src/core/index.js";
import { cascade, lookup, model, recycling } from "../../src/drafters/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { functionModel } from "../../src/targets/index.js";
import { identical, rejection } from "../../src/verifiers/index.js";
import { certainly, context, drafterOf, flat, outputs, room, setup } from "./setup.js";

/** A model that counts its passes, and their rows. */
function counting<M extends Model>(inner: M) {
  const seen = { passes: 0, rows: 0 };
  const counted: Model = {
    ...inner,
    pass(steps, options) {
      seen.passes++;
      seen.rows += steps[0].tokens.length + (steps[0].draft?.tokens.length ?? 0);
      return inner.pass(steps, options);
    },
  };
  return { counted, seen };
}

const target = toyModel({ vocabularySize: 12, sharpness: 2.5 });
const small = () => toyModel({ vocabularySize: 12, sharpness: 2.5, unlike: { seed: 5, share: 0.25 } });

/** All drafts of a run, and its output. */
async function run(drafter: Drafter, temperature: number, seed: number, verifier = identical()) {
  const drafts: Draft[] = [];
  const output: Token[] = [];
  const watched: Drafter = {
    ...drafter,
    async start(setup) {
      const drafting = await drafter.start(setup);
      return {
        async propose(context) {
          const draft = await drafting.propose(context);
          drafts.push(draft);
          return draft;
        },
        observe: (round) => drafting.observe?.(round),
        close: () => drafting.close?.(),
      };
    },
  };
  const options = { target, encoded: { tokens: [1, 2] }, verifier, plan: fixedLength(5) };
  for await (const { tokens } of decode({
    ...options,
    drafter: watched,
    sampling: { temperature },
    seed,
    maxTokens: 60,
  }))
    output.push(...tokens);
  return { drafts: drafts.map(plain), output };
}

const plain = ({ tokens, parents, drawnFrom, confidence }: Draft) => ({
  tokens,
  parents,
  confidence,
  from: drawnFrom?.map((q) => q && [[...q.tokens], [...q.weights]]),
});

describe("a vertical cascade", () => {
  for (const [name, cheap] of Object.entries({
    lookup: () => lookup(),
    recycling: () => recycling(),
    "a drafter that is always wrong": () => certainly(11, 11, 11),
    "a drafter beyond the budget": () =>
      drafterOf(() => ({ tokens: [0, 1, 2, 3, 4, 5, 6, 7], parents: [-1, -1, 0, 2, 3, 4, 5, 6] })),
    "the target": () => model(target, { minConfidence: 0 }),
  }))
    it(`proposes what the small model alone would, with ${name}`, async () => {
      const [alone, together] = [counting(small()), counting(small())];
      for (const verifier of [identical(), rejection()])
        for (const temperature of [0, 0.7, 1])
          for (let seed = 0; seed < 4; seed++) {
            // What draws by chance takes the small model's chance from it: the output is right, the draws are others.
            if (verifier.draws === "chance" && name === "the target") continue;
            const wanted = await run(model(alone.counted), temperature, seed, verifier);
            const got = await run(cascade(together.counted, cheap()), temperature, seed, verifier);
            expect(got).toEqual(wanted);
          }
      if (name.includes("wrong") || name.includes("beyond")) return;
      // In fewer passes.
      expect(together.seen.passes).toBeLessThan(0.9 * alone.seen.passes);
    });

  it("takes one pass where all guesses of the cheap drafter come true", async () => {
    const next = functionModel(
      (tokens) =>
        Float32Array.from({ length: 8 }, (_, token) =>
          token === (tokens[tokens.length - 1] + 1) % 8 ? 9 : 0,
        ),
      { vocabularySize: 8 },
    );
    const { counted, seen } = counting(next);
    const guess = drafterOf(({ prompt, output, budget }) => {
      const last = [...prompt, ...output].at(-1) ?? 0;
      const tokens = Array.from({ length: budget.depth }, (_, i) => (last + 1 + i) % 8);
      return { tokens, parents: tokens.map((_, i) => i - 1) };
    });
    const drafting = await cascade(counted, guess, { minConfidence: 0, ahead: 5 }).start(setup());
    const propose = async (output: Token[], most: number) =>
      (await drafting.propose(context({ prompt: [0], output, ...room(most) }))).tokens;
    expect([await propose([], 6), { ...seen }]).toEqual([[1, 2, 3, 4, 5, 6], { passes: 1, rows: 6 }]);
    // All stood: what the small model had scored already is not passed again.
    expect([await propose([1, 2, 3, 4, 5, 6, 7], 3), { ...seen }]).toEqual([
      [0, 1, 2],
      { passes: 2, rows: 6 + 2 + 2 },
    ]);
    // None stood, and the output goes on elsewhere.
    expect([await propose([1, 5], 2), { ...seen }]).toEqual([[6, 7], { passes: 3, rows: 6 + 4 + 2 }]);
    // Twelve guesses, five ahead at a time.
    expect(await propose([1, 5, 6, 7, 0], 12)).toHaveLength(12);
    expect(seen.passes).toBe(5);
    await drafting.close?.();
  });

  it("does not ask for guesses that have no room, nor pass on tokens that the small model lacks", async () => {
    const asked: number[] = [];
    const cheap = drafterOf(({ budget }) => {
      asked.push(budget.nodes);
      return { tokens: [1, 7, 1].slice(0, budget.nodes), parents: [-1, 0, 1].slice(0, budget.nodes) };
    });
    const seen: number[] = [];
    const inner = flat(4);
    const narrow: Model = {
      ...inner,
      pass(steps, options) {
        seen.push(...(steps[0].draft?.tokens ?? []));
        return inner.pass(steps, options);
      },
    };
    const drafting = await cascade(narrow, cheap, { minConfidence: 0 }).start(setup());
    expect((await drafting.propose(context(room(1)))).tokens).toHaveLength(1);
    expect(asked).toEqual([]);
    expect((await drafting.propose(context({ output: [1], ...room(3) }))).tokens).toHaveLength(3);
    expect(asked[0]).toBe(2);
    expect(seen.every((token) => token === 1)).toBe(true);
    expect((await cascade(narrow, cheap, { ahead: 0 }).start(setup())).propose).toBeDefined();
    expect(() => cascade(narrow, cheap, { ahead: -1 })).toThrow(/ahead is -1/);
    expect(() => cascade(narrow, cheap, { first: 0 })).toThrow(/first is 0/);
  });
});

describe("a horizontal cascade", () => {
  it("leaves later guesses to the cheap drafter", async () => {
    const { counted, seen } = counting(flat(8));
    const drafting = await cascade(counted, certainly(5, 6, 7, 5, 6), {
      minConfidence: 0,
      first: 2,
      ahead: 0,
    }).start(setup());
    const { tokens, parents, drawnFrom, confidence } = await drafting.propose(context(room(4)));
    expect([tokens, parents]).toEqual([
      [0, 0, 5, 6],
      [-1, 0, 1, 2],
    ]);
    expect(drawnFrom?.map((from) => from !== undefined)).toEqual([true, true, false, false]);
    expect(confidence).toHaveLength(4);
    expect(seen.passes).toBe(2);
    expect((await drafting.propose(context(room(2)))).tokens).toEqual([0, 0]);
  });

  it("leaves nothing to it where the small model gave up before", async () => {
    const drafting = await cascade(flat(8), certainly(5, 6, 7), {
      minConfidence: 0.5,
      first: 3,
      ahead: 0,
    }).start(setup());
    expect((await drafting.propose(context(room(6)))).tokens).toEqual([0]);
  });

  it("gives plain decoding's output", async () => {
    const settings = { target, verifier: identical(), encoded: { tokens: [1, 2] }, maxTokens: 40, runs: 4 };
    const drafter = () => cascade(small(), recycling(), { first: 2 });
    expect(await outputs({ ...settings, drafter })).toEqual(
      await outputs({ ...settings, drafter: certainly() }),
    );
  });
});

it("closes the cheap drafter where the small model cannot start", async () => {
  let closed = 0;
  const cheap: Drafter = {
    name: "cheap",
    start: async () => ({ propose: () => ({ tokens: [], parents: [] }), close: () => void closed++ }),
  };
  await expect(cascade(flat(9), cheap).start(setup())).rejects.toThrow(/"cascade" has 9 tokens/);
  expect(closed).toBe(1);
});
