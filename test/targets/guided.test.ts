import { describe, expect, it } from "vitest";
import { sessionChecks, toyModel } from "../../src/conformance/index.js";
import { createSampler, type Draft, type Model, type Session, type Token } from "../../src/core/index.js";
import { functionModel, guided } from "../../src/targets/index.js";
import { conforms } from "../conformance/run.js";

const INFINITY = Number.POSITIVE_INFINITY;
const SWAP = 7;
/** The condition is the first token: without it, SWAP stands there. */
const unconditional = (first: readonly Token[]) => [SWAP, ...first.slice(1)];

/** Rows of a pass over a prompt and a draft, from the root on. */
async function rowsOf(model: Model, prompt: readonly Token[], draft?: Draft) {
  await using session = await model.open();
  const [scores] = await model.pass([{ session, tokens: prompt, draft }]);
  return [-1, ...(draft?.tokens.keys() ?? [])].map((node) => Array.from(scores.row(node)));
}

/** A model that gives one row behind the condition, another without it. */
const twoRows = (c: readonly number[], u: readonly number[]) =>
  functionModel(([first]) => Float32Array.from(first === SWAP ? u : c), { vocabularySize: c.length });

describe("a guided model", () => {
  it("mixes the rows with and without the condition, at each node with its place's scale", async () => {
    const toy = toyModel({ vocabularySize: 8, order: 4 });
    const scale = (position: number) => position / 2;
    const draft = { tokens: [5, 6, 1], parents: [-1, 0, -1] };
    const got = await rowsOf(guided(toy, { scale, unconditional }), [1, 2], draft);
    const own = await rowsOf(toy, [1, 2], draft);
    const bare = await rowsOf(toy, [SWAP, 2], draft);
    [2, 3, 4, 3].forEach((position, i) => {
      const wanted = own[i].map((c, token) => bare[i][token] + (position / 2) * (c - bare[i][token]));
      expect(got[i]).toEqual(Array.from(Float32Array.from(wanted)));
    });
  });

  it.each([0, 0.5, 1, 3, -2])("keeps -Infinity a mask, and makes no NaN of it, scale %d", async (scale) => {
    const model = twoRows([-INFINITY, -INFINITY, 2, 1], [-INFINITY, 3, -INFINITY, 0.5]);
    const [[row]] = [await rowsOf(guided(model, { scale, unconditional }), [1])];
    expect(row).toEqual([-INFINITY, -INFINITY, 2, 0.5 + scale * 0.5]);
  });

  it("passes on what is no logit, so that it is found; floats do not run over", async () => {
    const sampler = createSampler();
    const cases = [
      [
        [Number.NaN, 0],
        [0, 0],
      ],
      [
        [0, 0],
        [Number.NaN, 0],
      ],
      [
        [-INFINITY, 0],
        [Number.NaN, 0],
      ],
      [
        [Number.NaN, 0],
        [-INFINITY, 0],
      ],
      [
        [INFINITY, 0],
        [0, 0],
      ],
      [
        [0, 0],
        [INFINITY, 0],
      ],
      [
        [INFINITY, 0],
        [INFINITY, 0],
      ],
      [
        [INFINITY, 0],
        [-INFINITY, 0],
      ],
      [
        [-INFINITY, 0],
        [INFINITY, 0],
      ],
    ];
    for (const [c, u] of cases) {
      const [row] = await rowsOf(guided(twoRows(c, u), { scale: 2, unconditional }), [1]);
      const wrong = [...c, ...u].some(Number.isNaN) ? Number.NaN : INFINITY;
      expect(() => sampler(Float32Array.from(row), { prompt: [1], output: [], path: [] })).toThrow(
        `the logit of token 0 is ${wrong}`,
      );
    }
    const large = twoRows([3e38, -3e38, 1], [-3e38, 3e38, 1]);
    const [row] = await rowsOf(guided(large, { scale: 9, unconditional }), [1]);
    expect(row.every(Number.isFinite)).toBe(true);
  });

  it("mixes two rows, also where the model gives each in one array of its own", async () => {
    const buffer = new Float32Array(2);
    const model: Model = {
      ...functionModel(() => buffer, { vocabularySize: 2 }),
      pass: async (steps) =>
        steps.map(({ tokens }) => ({
          row() {
            buffer.set(tokens[0] === SWAP ? [1, 2] : [3, 5]);
            return buffer;
          },
        })),
    };
    expect(await rowsOf(guided(model, { scale: 2, unconditional }), [1])).toEqual([[5, 8]]);
  });

  it("refuses a scale that is no finite number, also a function's, and names the position", async () => {
    const model = twoRows([1, 2], [2, 1]);
    for (const scale of [Number.NaN, INFINITY, -INFINITY, undefined as never])
      expect(() => guided(model, { scale, unconditional })).toThrow(`the guidance scale is ${scale}`);
    const scale = (position: number) => (position === 3 ? Number.NaN : 1);
    await expect(rowsOf(guided(model, { scale, unconditional }), [1, 1])).resolves.toEqual([[1, 2]]);
    await expect(rowsOf(guided(model, { scale, unconditional }), [1, 1, 1])).rejects.toThrow(
      "the guidance scale at position 3 is NaN",
    );
  });

  it("refuses an unconditional prompt of another length", async () => {
    const model = guided(twoRows([1, 2], [2, 1]), { scale: 2, unconditional: () => [1] });
    await expect(rowsOf(model, [1, 2])).rejects.toThrow("has 1 tokens, the prompt 2");
  });

  it("refuses rows of two lengths", async () => {
    const inner: Model = {
      ...functionModel(() => new Float32Array(2), { vocabularySize: 2 }),
      pass: async (steps) => steps.map((_, i) => ({ row: () => new Float32Array(2 + i) })),
    };
    await expect(rowsOf(guided(inner, { scale: 2, unconditional }), [1])).rejects.toThrow(/2 and 3 logits/);
  });
});

describe("a guided model's pairs", () => {
  interface Faults {
    open?: number;
    fork?: number;
    keep?: number;
    close?: readonly number[];
  }
  /** A model whose calls fail by their number, and how many of its sessions are open. */
  function faulty(faults: Faults, together = false) {
    const calls = { open: 0, fork: 0, keep: 0, close: 0 };
    const count = (call: keyof typeof calls) => {
      const number = ++calls[call];
      if ([faults[call] ?? []].flat().includes(number)) throw new Error(`${call} ${number} failed`);
    };
    let opened = 0;
    const wrap = (session: Session): Session => {
      opened++;
      return {
        get length() {
          return session.length;
        },
        keep(path) {
          count("keep");
          session.keep(path);
        },
        rewind: (length) => session.rewind(length),
        fork() {
          count("fork");
          return wrap(session.fork());
        },
        async [Symbol.asyncDispose]() {
          opened--;
          count("close");
        },
        inner: session,
      } as Session;
    };
    const toy = toyModel({ vocabularySize: 8 });
    const model: Model = {
      ...toy,
      async open() {
        count("open");
        return wrap(await toy.open());
      },
      ...(together && {
        openTogether: async (number: number) =>
          Promise.all(Array.from({ length: number - 1 }, async () => wrap(await toy.open()))),
      }),
      pass: (steps, options) =>
        toy.pass(
          steps.map((step) => ({ ...step, session: (step.session as never as { inner: Session }).inner })),
          options,
        ),
    };
    return { guided: guided(model, { scale: 2, unconditional }), open: () => opened };
  }

  it("open both or none", async () => {
    const one = faulty({ open: 2 });
    await expect(one.guided.open()).rejects.toThrow("open 2 failed");
    expect(one.open()).toBe(0);
    const two = faulty({ open: 2, close: [1] });
    await expect(two.guided.open()).rejects.toThrow("open 2 failed");
    expect(two.open()).toBe(0);
    const few = faulty({}, true);
    await expect(few.guided.open()).rejects.toThrow("openTogether(2) of a guided model gave 1 sessions");
    expect(few.open()).toBe(0);
  });

  it("fork both or none", async () => {
    const { guided: model, open } = faulty({ fork: 2 });
    await using session = await model.open();
    expect(() => session.fork()).toThrow("fork 2 failed");
    await new Promise(setImmediate);
    expect(open()).toBe(2);
    await using fork = session.fork();
    expect([fork.length, open()]).toEqual([0, 4]);
  });

  it("close both, and tell the first error", async () => {
    for (const close of [[1], [2], [1, 2]]) {
      const { guided: model, open } = faulty({ close });
      const session = await model.open();
      await expect(session[Symbol.asyncDispose]()).rejects.toThrow(`close ${close[0]} failed`);
      expect(open()).toBe(0);
    }
  });

  it("keep in both or none, and rewind both", async () => {
    for (const keep of [1, 2]) {
      const { guided: model } = faulty({ keep });
      await using session = await model.open();
      await model.pass([{ session, tokens: [1, 2], draft: { tokens: [3, 4], parents: [-1, 0] } }]);
      expect(() => session.keep([0, 1])).toThrow(`keep ${keep} failed`);
      const lengths = () => (session as never as { parts: Session[] }).parts.map(({ length }) => length);
      expect(lengths()).toEqual([2, 2]);
      await model.pass([{ session, tokens: [3], draft: { tokens: [4], parents: [-1] } }]);
      session.keep([0]);
      expect(lengths()).toEqual([4, 4]);
      session.rewind(1);
      expect(lengths()).toEqual([1, 1]);
      expect(() => session.rewind(2)).toThrow("cannot rewind to 2");
    }
  });

  it("are as they were where a pass was rejected", async () => {
    const model = guided(toyModel({ vocabularySize: 8 }), { scale: 2, unconditional });
    await using session = await model.open();
    const signal = AbortSignal.abort(new Error("stopped"));
    await expect(model.pass([{ session, tokens: [1, 2] }], { signal })).rejects.toThrow("stopped");
    expect(session.length).toBe(0);
    const [scores] = await model.pass([{ session, tokens: [1, 2] }]);
    expect([...scores.row(-1)]).toEqual((await rowsOf(model, [1, 2]))[0]);
  });
});

conforms(
  "guided toy model",
  sessionChecks(async () => guided(toyModel({ vocabularySize: 8 }), { scale: 2, unconditional }), {
    prompt: [1, 2, 3],
    continuation: [0, 1, 2, 3, 4, 5, 0, 1],
  }),
);
