import { describe, expect, it } from "vitest";
import { sessionChecks, toyModel } from "../../src/conformance/index.js";
import { type Draft, decode, type Model, type Scores, type Step, type Token } from "../../src/core/index.js";
import { jacobi, lookup } from "../../src/drafters/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { type Adjust, adjusted, guided } from "../../src/targets/index.js";
import { identical } from "../../src/verifiers/index.js";
import { conforms } from "../conformance/run.js";

/** Raises the token that stood three places back: what a rule does may depend on anything before. */
const likesOldOnes: Adjust = (row, before) => {
  const changed = row.slice();
  if (before.length >= 3) changed[before.slice(before.length - 3)[0] % row.length] += 2;
  return changed;
};

describe("an adjusted model", () => {
  const run = async (options: object) => {
    const output: Token[] = [];
    const target = adjusted(toyModel({ vocabularySize: 8 }), likesOldOnes);
    const settings = { target, encoded: { tokens: [1, 2] }, verifier: identical(), seed: 4, maxTokens: 60 };
    for await (const { tokens } of decode({ ...settings, ...options })) output.push(...tokens);
    return output;
  };

  it("has the same output with drafts and without", async () => {
    const plain = await run({});
    for (const drafter of [lookup(), jacobi({ window: 5 })])
      expect(await run({ drafter, plan: fixedLength(5) })).toEqual(plain);
  });

  it("sees all that stands before, the draft's own path included", async () => {
    const seen: Token[][] = [];
    const target = adjusted(toyModel({ vocabularySize: 8 }), (row, before) => {
      seen.push(before.slice(0));
      expect(before.slice(1, 3)).toEqual(before.slice(0).slice(1, 3));
      return row;
    });
    await using session = await target.open();
    const draft = { tokens: [5, 6, 7], parents: [-1, 0, -1] };
    const [scores] = await target.pass([{ session, tokens: [1, 2], draft }]);
    for (const node of [-1, 1, 2]) scores.row(node);
    session.keep([0, 1]);
    const [more] = await target.pass([{ session, tokens: [3] }]);
    more.row(-1);
    expect(seen).toEqual([
      [1, 2],
      [1, 2, 5, 6],
      [1, 2, 7],
      [1, 2, 5, 6, 3],
    ]);
  });
});

describe("an adjusted model's parts", () => {
  const draft = { tokens: [5, 6, 7], parents: [-1, 0, -1] };
  const same: Adjust = (row) => row;
  const rowAt = async (adjust: Adjust) => {
    const target = adjusted(toyModel({ vocabularySize: 8 }), adjust);
    await using session = await target.open();
    const [scores] = await target.pass([{ session, tokens: [1, 2], draft }]);
    return scores.row(1);
  };

  it("the rule may change its row: the model's own stays as it was", async () => {
    const row = new Float32Array(8);
    const inner: Model = {
      ...toyModel({ vocabularySize: 8 }),
      pass: async (steps) => steps.map(() => ({ row: () => row })),
    };
    const target = adjusted(inner, (own) => own.fill(own[0] + 1));
    await using session = await target.open();
    const [scores] = await target.pass([{ session, tokens: [1] }]);
    for (let i = 0; i < 3; i++) expect(scores.row(-1)[0]).toBe(1);
    expect(row[0]).toBe(0);
  });

  it("a rule that returns another number of logits is named", async () => {
    await expect(rowAt((row) => row.subarray(1))).rejects.toThrow("adjust returned 7 logits, its row has 8");
    await expect(rowAt(() => new Float32Array(9))).rejects.toThrow("adjust returned 9 logits, its row has 8");
    await expect(rowAt(() => undefined as never)).rejects.toThrow("adjust returned nothing, its row has 8");
  });

  it("what stands before is sliced as an array is", async () => {
    const all = [1, 2, 5, 6];
    await rowAt((row, before) => {
      expect(before.length).toBe(4);
      for (const start of [-9, -4, -3, -1, 0, 1, 2, 3, 4, 9])
        for (const end of [undefined, -9, -3, -1, 0, 1, 2, 3, 4, 9])
          expect(before.slice(start, end)).toEqual(all.slice(start, end));
      return row;
    });
  });

  it("keeps paths of the latest draft only, and rewinds to lengths that it had only", async () => {
    // An inner model that believes everything.
    let length = 0;
    const inner: Model = {
      ...toyModel({ vocabularySize: 8 }),
      open: async () => ({
        get length() {
          return length;
        },
        keep(path) {
          length += path.length;
        },
        rewind(to) {
          length = to;
        },
        fork: () => expect.unreachable(),
        [Symbol.asyncDispose]: async () => {},
      }),
      async pass(steps) {
        length += steps[0].tokens.length;
        return [{ row: () => new Float32Array(8) }];
      },
    };
    const target = adjusted(inner, same);
    await using session = await target.open();
    expect(() => session.keep([0])).toThrow("cannot keep node 0");
    await target.pass([{ session, tokens: [1, 2], draft }]);
    for (const path of [[3], [-1], [0, 0], [1], [0, 2]]) {
      expect(() => session.keep(path)).toThrow(/cannot keep node/);
      expect(session.length).toBe(2);
    }
    session.keep([0, 1]);
    expect(session.length).toBe(4);
    expect(() => session.keep([0])).toThrow("cannot keep node 0");
    for (const to of [5, -1, 1.5, Number.NaN]) {
      expect(() => session.rewind(to)).toThrow(`cannot rewind to ${to}: the session has 4 tokens`);
      expect(session.length).toBe(4);
    }
    session.rewind(3);
    expect(session.length).toBe(3);
  });

  it("a pass that was rejected, and a path that the model refused, leave no trace", async () => {
    const seen: Token[][] = [];
    const target = adjusted(toyModel({ vocabularySize: 8 }), (row, before) => {
      seen.push(before.slice(0));
      return row;
    });
    await using session = await target.open();
    const signal = AbortSignal.abort(new Error("stopped"));
    await expect(target.pass([{ session, tokens: [3], draft }], { signal })).rejects.toThrow("stopped");
    expect(() => session.keep([0])).toThrow("cannot keep node 0");
    const [scores] = await target.pass([{ session, tokens: [1, 2], draft }]);
    expect(() => session.keep([0, 2])).toThrow("cannot keep node 2");
    scores.row(-1);
    session.keep([0]);
    const [more] = await target.pass([{ session, tokens: [4] }]);
    more.row(-1);
    expect(seen).toEqual([
      [1, 2],
      [1, 2, 5, 4],
    ]);
  });
});

/** A Model written as a class: getters and methods on the prototype, and a `this` that they need. */
class ClassModel implements Model {
  readonly #inner: Model;
  constructor(inner: Model) {
    this.#inner = inner;
  }
  get name() {
    return "a class";
  }
  get vocabularySize() {
    return this.#inner.vocabularySize;
  }
  get contextLength() {
    return this.#inner.contextLength;
  }
  get exact() {
    return this.#inner.exact;
  }
  open() {
    return this.#inner.open();
  }
  async openTogether(count: number) {
    return Promise.all(Array.from({ length: count }, () => this.open()));
  }
  async pass(steps: readonly Step[], options?: { signal?: AbortSignal }) {
    const all = await this.#inner.pass(steps, options);
    return all.map((scores) => new ClassScores(scores));
  }
}

class ClassScores implements Scores {
  readonly #inner: Scores;
  constructor(inner: Scores) {
    this.#inner = inner;
  }
  row(node: number) {
    return this.#inner.row(node);
  }
  hidden(node: number, tap: string) {
    return this.#inner.hidden!(node, tap);
  }
}

/** Rows of a pass over a prompt and a draft, from the root on. */
async function rowsOf(model: Model, prompt: readonly Token[], draft?: Draft) {
  await using session = await model.open();
  const [scores] = await model.pass([{ session, tokens: prompt, draft }]);
  return [-1, ...(draft?.tokens.keys() ?? [])].map((node) => Array.from(scores.row(node)));
}

describe.each(["guided", "adjusted"])("a model that is a class, %s", (which) => {
  const toy = () => toyModel({ vocabularySize: 8 });
  const wrap = (model: Model) =>
    which === "guided"
      ? guided(model, { scale: 2, unconditional: (first) => [7, ...first.slice(1)] })
      : adjusted(model, (row) => row);

  it("is what the same model is as an object", async () => {
    const [plain, made] = [wrap(toy()), wrap(new ClassModel(toy()))];
    expect(made.name).toBe("a class");
    for (const key of ["vocabularySize", "contextLength", "exact"] as const)
      expect(made[key]).toBe(plain[key]);
    const draft = { tokens: [5, 6, 1], parents: [-1, 0, -1] };
    expect(await rowsOf(made, [1, 2], draft)).toEqual(await rowsOf(plain, [1, 2], draft));
    for (const session of (await made.openTogether?.(2)) ?? []) {
      const [scores] = await made.pass([{ session, tokens: [1, 2], draft }]);
      expect([...scores.row(1)]).toEqual((await rowsOf(plain, [1, 2], draft))[2]);
      session.keep([0, 1]);
      expect(session.length).toBe(4);
    }
  });

  it("brings its further outputs along", async () => {
    const made = wrap(new ClassModel(toy()));
    await using session = await made.open();
    const [scores] = await made.pass([{ session, tokens: [1, 2], hidden: ["heads"] }]);
    expect(scores.hidden?.(-1, "heads")).toHaveLength(24);
  });
});

conforms(
  "adjusted toy model",
  sessionChecks(async () => adjusted(toyModel({ vocabularySize: 6 }), likesOldOnes), {
    prompt: [1, 2, 3],
    continuation: [0, 1, 2, 3, 4, 5, 0, 1],
  }),
);
