import { describe, expect, it } from "vitest";
import { toyModel } from "../../src/conformance/index.js";
import {
  type Budget,
  chain,
  type DecodeOptions,
  type Draft,
  type DraftContext,
  type Drafter,
  type Drafting,
  decode,
  type Model,
  type Plan,
  type Round,
  type Session,
  type Step,
  type Token,
} from "../../src/core/index.js";
import { given } from "../../src/drafters/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { adjusted, functionModel, guided } from "../../src/targets/index.js";
import { identical, rejection } from "../../src/verifiers/index.js";

/** Parts of a run as their users write them: as classes, with faults, with nothing else given. */
const target = toyModel({ vocabularySize: 6, sharpness: 2 });

async function run(options: Partial<DecodeOptions>) {
  const rounds: Round[] = [];
  const settings = { target, encoded: { tokens: [1, 2] }, verifier: identical(), maxTokens: 20 };
  for await (const round of decode({ ...settings, ...options })) rounds.push(round);
  return rounds;
}
const tokensOf = (rounds: readonly Round[]) => rounds.flatMap(({ tokens }) => tokens);
const drafted = (rounds: readonly Round[]) => rounds.reduce((sum, { draft }) => sum + draft.tokens.length, 0);

const drafterOf = (drafting: Drafting): Drafter => ({ name: "mine", start: async () => drafting });
/** Guesses right from the start. */
const oracle = (output: readonly Token[]) =>
  drafterOf({
    propose: ({ output: { length }, budget }) => chain(output.slice(length, length + budget.depth)),
  });

describe("parts that are classes", () => {
  class Mine implements Model {
    readonly #inner = target;
    get vocabularySize() {
      return 6;
    }
    get contextLength() {
      return 64;
    }
    get exact() {
      return "tree" as const;
    }
    open(): Promise<Session> {
      return this.#inner.open();
    }
    pass(steps: readonly Step[]) {
      return this.#inner.pass(steps);
    }
  }

  class Guess implements Drafting {
    observed = 0;
    closed = 0;
    propose({ budget }: DraftContext) {
      return chain(new Array<Token>(budget.depth).fill(this.observed % 6));
    }
    observe() {
      this.observed++;
    }
    close() {
      this.closed++;
    }
  }

  class Guesses implements Drafter {
    readonly drafting = new Guess();
    get name() {
      return "guesses";
    }
    readonly start = async () => this.drafting;
  }

  it("give plain decoding's output, alone and behind each other", async () => {
    const plain = tokensOf(await run({}));
    const wrapped = [
      new Mine(),
      adjusted(new Mine(), (row) => row),
      guided(new Mine(), { scale: 1, unconditional: (first) => first }),
    ];
    for (const model of wrapped)
      for (const wrap of [(drafter: Drafter) => drafter, given]) {
        const drafter = new Guesses();
        const rounds = await run({ target: model, drafter: wrap(drafter), plan: fixedLength(2) });
        expect(tokensOf(rounds)).toEqual(plain);
        expect(drafted(rounds)).toBeGreaterThan(10);
        expect(drafter.drafting).toMatchObject({ observed: rounds.length, closed: 1 });
      }
    expect(target.openSessions).toBe(0);
  });
});

describe("a run that fails", () => {
  const failing = (name: string) => () => {
    throw new Error(`${name} failed`);
  };

  it("tells the cause, whatever happens while its parts are closed", async () => {
    const broken = drafterOf({ propose: failing("propose"), close: failing("close") });
    await expect(run({ drafter: broken, plan: fixedLength(2) })).rejects.toThrow("propose failed");
    const opened: Session[] = [];
    const open = async () => {
      const session = await target.open();
      opened.push(session);
      return Object.assign(Object.create(session), { [Symbol.asyncDispose]: failing("dispose") });
    };
    const never: Model = { ...target, open, pass: failing("pass") };
    await expect(run({ target: never })).rejects.toThrow("pass failed");
    for (const session of opened) await session[Symbol.asyncDispose]();
    expect(target.openSessions).toBe(0);
  });

  it("names a drafter that starts nothing", async () => {
    for (const started of [undefined, {}]) {
      const drafter: Drafter = { name: "idle", start: async () => started as Drafting };
      await expect(run({ drafter })).rejects.toThrow('the drafter "idle" started nothing');
    }
    expect(target.openSessions).toBe(0);
  });

  it("tells what failed while its parts were closed, if nothing else did, and closes the rest", async () => {
    const broken = drafterOf({ propose: () => chain([]), close: failing("close") });
    await expect(run({ drafter: broken, plan: fixedLength(2) })).rejects.toThrow("close failed");
    expect(target.openSessions).toBe(0);
  });
});

describe("a run of a model that never waits", () => {
  const endless = functionModel(() => new Float32Array(4), { vocabularySize: 4, contextLength: 10_000_000 });
  it.each([
    ["by the real clock", undefined],
    ["by one that stands still", () => 0],
  ])("is stopped by a timer, %s", async (_, clock) => {
    const signal = AbortSignal.timeout(15);
    const began = performance.now();
    await expect(run({ target: endless, maxTokens: 5_000_000, signal, clock })).rejects.toThrow(/timeout/);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe('a model that promises nothing (exact: "none")', () => {
  const model: Model = { ...target, exact: "none" };
  it("gives no identical output with a drafter, and says so", async () => {
    const drafter = oracle([]);
    await expect(run({ target: model, drafter })).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringMatching(/promises no exact scores .*"identical"/),
    });
    expect(target.openSessions).toBe(0);
  });
  it("serves other verifiers, and plain decoding", async () => {
    expect(tokensOf(await run({ target: model }))).toEqual(tokensOf(await run({})));
    const verifier = rejection();
    expect(tokensOf(await run({ target: model, drafter: oracle([1, 2]), verifier }))).toHaveLength(20);
  });
});

describe("a drafter without a plan", () => {
  it("drafts, and its guesses save passes", async () => {
    // A pass takes a millisecond, whatever it scores.
    let now = 0;
    const slow: Model = {
      ...target,
      pass(steps) {
        now++;
        return target.pass(steps);
      },
    };
    const options = { target: slow, clock: () => now, maxTokens: 120 };
    const plain = tokensOf(await run(options));
    const rounds = await run({ ...options, drafter: oracle(plain) });
    expect(tokensOf(rounds)).toEqual(plain);
    expect(drafted(rounds)).toBeGreaterThan(60);
    expect(rounds.length).toBeLessThan(60);
  });
});

describe("a plan's answers", () => {
  const planOf = (budget: unknown, trim: (draft: Draft) => unknown = (draft) => draft): Plan => ({
    start: () => ({ budget: () => budget as Budget, trim: (draft) => trim(draft) as Draft, observe() {} }),
  });
  const room = { nodes: 3, depth: 3 };
  const tries = (plan: Plan) => run({ drafter: oracle([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]), plan });

  it("are refused by name where the budget is no number", async () => {
    for (const [what, budget] of [
      ["nodes is NaN", { nodes: Number.NaN, depth: 2 }],
      ["depth is NaN", { nodes: 2, depth: Number.NaN }],
      ["depth is undefined", { nodes: 2 }],
      ["nodes is 2", { nodes: "2", depth: 2 }],
      ["worth is NaN", { ...room, worth: Number.NaN }],
    ] as const)
      await expect(tries(planOf(budget))).rejects.toThrow(`the plan gave a broken budget: ${what}`);
    for (const budget of [room, { nodes: -1, depth: 3 }, { nodes: 1.5, depth: Number.POSITIVE_INFINITY }])
      expect(tokensOf(await tries(planOf(budget)))).toEqual(tokensOf(await run({})));
  });

  it("are refused by name where what is left of a draft is none", async () => {
    for (const [message, trimmed] of [
      [/the plan made of a draft a broken draft: tokens or parents are missing/, undefined],
      [/the plan .*node 0 has parent 0/, { tokens: [1], parents: [0] }],
      [/the plan .*token 6 is outside the vocabulary/, chain([6])],
      [/the plan .*2 tokens but 1 parents/, { tokens: [1, 2], parents: [-1] }],
      [/the plan made 25 guesses of 3: it may only take some away/, chain(new Array(25).fill(1))],
    ] as const)
      await expect(tries(planOf(room, () => trimmed))).rejects.toThrow(message);
    const shorter = await tries(planOf(room, ({ tokens }) => chain(tokens.slice(0, 1))));
    expect(tokensOf(shorter)).toEqual(tokensOf(await run({})));
  });
});

it("names are no parts, and it is said", async () => {
  const verifier = "nearest" as unknown as DecodeOptions["verifier"];
  await expect(run({ verifier })).rejects.toThrow(
    'the verifier "nearest" is a name; what has it is model.verifier("nearest"): give the verifier itself',
  );
  const drafter = "jacobi" as unknown as Drafter;
  await expect(run({ drafter })).rejects.toThrow(/the drafter "jacobi" is a name/);
  await expect(run({ drafter: {} as unknown as Drafter })).rejects.toThrow(/the drafter {} is no drafter/);
});
