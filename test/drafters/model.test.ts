import { describe, expect, it } from "vitest";
import { toyModel } from "../../src/conformance/toy.js";
import { decode, type Rules, type Token } from "../../src/core/index.js";
import { heads, jacobi, longest, lookup, model } from "../../src/drafters/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { functionModel } from "../../src/targets/index.js";
import { identical, rejection } from "../../src/verifiers/index.js";
import { certainly, context, flat, marginal, markov, outputs, room, setup, sigmas } from "./setup.js";

describe("a small model with a short context", () => {
  for (const [name, wrap] of Object.entries({
    "": model,
    " as a filler": (small: ReturnType<typeof toyModel>) => jacobi({ window: 4, filler: model(small) }),
  })) {
    it(`proposes nothing once the sequence is too long${name}`, async () => {
      const target = toyModel({ contextLength: 100 });
      const small = toyModel({ contextLength: 20 });
      const run = async (drafter = certainly()) => {
        const [output, drafted]: [Token[], number[]] = [[], []];
        const options = { target, encoded: { tokens: [0, 1] }, verifier: identical(), drafter };
        for await (const round of decode({ ...options, plan: fixedLength(4), maxTokens: 60 })) {
          output.push(...round.tokens);
          if (name === "" && round.draft.tokens.length > 0)
            drafted.push(2 + round.start + round.draft.tokens.length);
        }
        return { output, drafted };
      };
      const { output, drafted } = await run(wrap(small));
      expect(output).toEqual((await run()).output);
      expect(output).toHaveLength(60);
      // The last guess of all is drawn behind a full context.
      for (const end of drafted) expect(end).toBeLessThanOrEqual(21);
      expect([target.openSessions, small.openSessions]).toEqual([0, 0]);
    });
  }

  it("uses all of its context", async () => {
    const small = flat(8);
    const drafting = await model({ ...small, contextLength: 5 }, { minConfidence: 0 }).start(setup());
    const at = async (length: number) =>
      (await drafting.propose(context({ output: new Array<Token>(length).fill(1), ...room(9) }))).tokens
        .length;
    expect([await at(1), await at(3), await at(4), await at(5), await at(2)]).toEqual([4, 2, 1, 0, 3]);
  });
});

describe("a small model's vocabulary", () => {
  it("is not larger than the target's", async () => {
    let opened = 0;
    const small = functionModel(() => new Float32Array(9), { vocabularySize: 9, onOpen: () => opened++ });
    await expect(model(small).start(setup())).rejects.toThrow(/9 tokens.*8/);
    await expect(heads({ count: 2, size: 9 }).start(setup())).rejects.toThrow(/9 tokens.*8/);
    expect(opened).toBe(0);
  });

  const small = functionModel(
    (tokens) => {
      if (tokens.slice(1).some((token) => token >= 2)) throw new Error("no such token");
      return new Float32Array(2);
    },
    { vocabularySize: 2 },
  );

  it("may be smaller", async () => {
    const runs = 2000;
    const weights = [
      [3, 2, 2],
      [1, 3, 1],
      [2, 2, 1],
    ];
    const settings = { target: markov(weights), verifier: rejection(), plan: fixedLength(3) };
    const all = await outputs({
      ...settings,
      drafter: model(small, { minConfidence: 0 }),
      maxTokens: 3,
      runs,
    });
    for (const place of [0, 2]) {
      marginal(weights, 0, place + 1).forEach((wanted, token) => {
        const hits = all.filter((output) => output[place] === token).length;
        expect(sigmas(hits, runs, wanted), `token ${token} at ${place}`).toBeLessThan(6);
      });
    }
  });

  it("does not end a run whose rules leave only tokens that it lacks", async () => {
    // Every third token must be 2 or 3.
    const rules: Rules<unknown> = {
      start: 0,
      advance: (place) => ((place as number) + 1) % 3,
      mask: (place) => Uint32Array.of(place === 2 ? 0b1100 : 0b0011),
      ended: () => false,
    };
    const target = toyModel({ vocabularySize: 4 });
    const run = async (drafter = certainly(), drafted = [0]) => {
      const output: Token[] = [];
      const options = { target, encoded: { tokens: [0] }, verifier: identical(), rules, drafter };
      for await (const round of decode({ ...options, plan: fixedLength(4), maxTokens: 30, seed: 2 })) {
        output.push(...round.tokens);
        drafted[0] += round.draft.tokens.length;
      }
      return { output, drafted: drafted[0] };
    };
    const { output, drafted } = await run(model(small, { minConfidence: 0 }));
    expect(output).toEqual((await run()).output);
    expect(drafted).toBeGreaterThan(0);
  });

  it("reads prompts whose tokens have numbers of their own", async () => {
    const reads = functionModel(() => new Float32Array(8), { vocabularySize: 8 });
    const drafting = await model(reads, { minConfidence: 0 }).start(setup());
    expect((await drafting.propose(context({ prompt: [100], ...room(3) }))).tokens).toHaveLength(3);
  });
});

describe("draws of a model", () => {
  it("are none that nobody sees: it stops before a draw", async () => {
    const sure = [1, 0.9, 0.5, 0.1];
    let pass = 0;
    let draws = 0;
    const small = functionModel(
      () => Float32Array.from({ length: 8 }, (_, token) => (token === 0 ? Math.log(7 * sure[pass++]) : 0)),
      { vocabularySize: 8 },
    );
    const drafting = await model(small, { minConfidence: 0.3 }).start(setup());
    const draw = () => {
      draws++;
      return 0;
    };
    const { tokens } = await drafting.propose(context({ draw, ...room(8) }));
    expect(tokens).toHaveLength(draws);
  });

  it("pass what is not cached, also after a pass that failed", async () => {
    const seen: number[] = [];
    let fails = false;
    const inner = flat(8);
    const small = {
      ...inner,
      pass: (...[steps, options]: Parameters<typeof inner.pass>) => {
        if (fails) return Promise.reject(new Error("out of memory"));
        seen.push(steps[0].tokens.length);
        return inner.pass(steps, options);
      },
    };
    const drafting = await model(small, { minConfidence: 0 }).start(setup());
    const propose = async (output: Token[]) => drafting.propose(context({ output, ...room(2) }));
    await propose([1, 2, 3]);
    fails = true;
    await expect(propose([1, 2, 3, 4, 5])).rejects.toThrow("out of memory");
    fails = false;
    await propose([1, 2, 3, 4, 5]);
    expect(seen).toEqual([4, 1, 2, 1]);
  });
});

it("a lookup and a small model make one drafter", async () => {
  const target = toyModel({ vocabularySize: 12, sharpness: 2.5 });
  const small = toyModel({ vocabularySize: 12, sharpness: 2.5, unlike: { seed: 5, share: 0.25 } });
  const settings = { target, verifier: identical(), encoded: { tokens: [1, 2] }, maxTokens: 40, runs: 3 };
  const drafted = await outputs({ ...settings, drafter: longest(lookup({ minNgram: 2 }), model(small)) });
  expect(drafted).toEqual(await outputs({ ...settings, drafter: certainly() }));
});
