import { describe, expect, it } from "vitest";
import { sessionChecks, toyModel } from "../../src/conformance/index.js";
import { chain, decode, type Model, type Session, type Step, type Token } from "../../src/core/index.js";
import { lookup } from "../../src/drafters/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { prefixCached } from "../../src/targets/index.js";
import { identical } from "../../src/verifiers/index.js";
import { conforms } from "../conformance/run.js";

const BYTES = 1000;
const settings = { megabytes: 1, bytes: (rows: number) => rows * BYTES, least: 2 };

/** A toy that says what it reads and how its sessions are made. */
function counted({ fork, ...change }: Partial<Model> & { fork?: (session: Session) => Session } = {}) {
  const toy = toyModel({ vocabularySize: 8, contextLength: 200 });
  const seen = { read: [] as Token[][], opened: 0, forks: 0 };
  const watch = (session: Session): Session => {
    const own = session.fork;
    session.fork = () => {
      seen.forks++;
      return fork ? fork(session) : watch(own());
    };
    return session;
  };
  const model: Model = {
    ...toy,
    async open() {
      seen.opened++;
      return watch(await toy.open());
    },
    async pass(steps: readonly Step[], options) {
      for (const { tokens } of steps) seen.read.push([...tokens]);
      return toy.pass(steps, options);
    },
    ...change,
  };
  return { toy, seen, model };
}

/** Reads tokens in a session of its own, and gives the row behind them. */
async function read(model: Model, tokens: readonly Token[]) {
  await using session = await model.open();
  const [scores] = await model.pass([{ session, tokens }]);
  return scores.row(-1);
}

const PROMPT = [1, 2, 3, 4, 5, 6, 7];

conforms(
  "a model that remembers what was read",
  sessionChecks(async () => prefixCached(toyModel({ vocabularySize: 8 }), settings), {
    prompt: [1, 2, 3],
    continuation: [4, 5, 6, 7, 0, 1, 2, 3, 4],
  }),
);

describe("what was read before", () => {
  it("is not read again, and the row behind it is the same", async () => {
    const { toy, seen, model } = counted();
    const cached = prefixCached(model, settings);
    for (const tokens of [PROMPT, [...PROMPT, 1, 2], PROMPT, [1, 2, 3, 7, 7], [7, 7, 7]])
      expect([...(await read(cached, tokens))]).toEqual([...toy.logits(tokens)]);
    expect(seen.read).toEqual([PROMPT, [1, 2], [7], [7, 7], [7, 7, 7]]);
  });

  it("is taken over without a copy where nothing else is in it, else by a fork", async () => {
    const { seen, model, toy } = counted();
    const cached = prefixCached(model, settings);
    await read(cached, PROMPT);
    await read(cached, [...PROMPT, 1]);
    expect(seen).toMatchObject({ opened: 1, forks: 0 });
    await read(cached, PROMPT);
    expect(seen).toMatchObject({ opened: 1, forks: 1 });
    // The shorter one is in the longer: it need not be kept.
    expect(cached.kept.sessions).toBe(1);
    expect(toy.openSessions).toBe(1);
  });

  it("serves sessions at the same time", async () => {
    const { toy, seen, model } = counted();
    const cached = prefixCached(model, settings);
    await read(cached, PROMPT);
    const sessions = await Promise.all([cached.open(), cached.open()]);
    const steps = sessions.map((session, i) => ({ session, tokens: [...PROMPT, i] }));
    const scores = await cached.pass(steps);
    const rows = scores.map((one) => [...one.row(-1)]);
    expect(rows).toEqual([0, 1].map((last) => [...toy.logits([...PROMPT, last])]));
    // The first takes what is kept with it, so that the second reads all.
    expect(seen.read.slice(1)).toEqual([[0], [...PROMPT, 1]]);
    for (const session of sessions) await session[Symbol.asyncDispose]();
    await cached.clear();
    expect(toy.openSessions).toBe(0);
  });

  it("counts from the last token of a prompt back, and not below the least", async () => {
    const { seen, model } = counted();
    const cached = prefixCached(model, { ...settings, least: 4 });
    for (const tokens of [PROMPT, [1, 2, 3, 4], [1, 2, 3, 4, 5], [1, 2, 3, 4, 0]]) await read(cached, tokens);
    expect(seen.read).toEqual([PROMPT, [1, 2, 3, 4], [5], [0]]);
  });

  it("is what runs kept, rewound and forked as well", async () => {
    const { toy, seen, model } = counted();
    const cached = prefixCached(model, settings);
    const session = await cached.open();
    await cached.pass([{ session, tokens: [1, 2, 3], draft: chain([4, 5, 6]) }]);
    session.keep([0, 1]);
    const fork = session.fork();
    session.rewind(4);
    await cached.pass([{ session, tokens: [7] }]);
    await session[Symbol.asyncDispose]();
    await fork[Symbol.asyncDispose]();
    seen.read.length = 0;
    expect([...(await read(cached, [1, 2, 3, 4, 7, 0]))]).toEqual([...toy.logits([7, 0])]);
    expect([...(await read(cached, [1, 2, 3, 4, 5, 0]))]).toEqual([...toy.logits([5, 0])]);
    expect(seen.read).toEqual([[0], [0]]);
  });
});

describe("whole runs", () => {
  const run = async (target: Model, prompt: readonly Token[]) => {
    const output: Token[] = [];
    const encoded = { tokens: prompt };
    const parts = {
      target,
      encoded,
      verifier: identical(),
      drafter: lookup(),
      plan: fixedLength(4),
      maxTokens: 30,
    };
    for await (const { tokens } of decode({ ...parts, seed: 3 })) output.push(...tokens);
    return output;
  };

  it("have the tokens of a model that remembers nothing, and read less", async () => {
    const { toy, seen, model } = counted();
    const cached = prefixCached(model, settings);
    let prompt: readonly Token[] = PROMPT;
    for (let turn = 0; turn < 4; turn++) {
      const output = await run(cached, prompt);
      expect(output).toEqual(await run(toy, prompt));
      const [first] = seen.read;
      expect(first.length).toBeLessThanOrEqual(turn === 0 ? PROMPT.length : 4);
      seen.read.length = 0;
      prompt = [...prompt, ...output, 1, 2];
    }
    await cached.clear();
    expect(toy.openSessions).toBe(0);
  });
});

describe("what is kept", () => {
  it("stays within the limit: what was not used for longest goes", async () => {
    const { toy, seen, model } = counted();
    const cached = prefixCached(model, { ...settings, megabytes: 0.02 });
    // Seven tokens and the room for one guess are eight rows: two such sessions fit.
    const [a, b, c] = [0, 1, 2].map((first) => [first, ...PROMPT.slice(1)]);
    for (const tokens of [a, b, a, c]) await read(cached, tokens);
    expect(cached.kept).toEqual({ sessions: 2, bytes: 16_000 });
    expect(toy.openSessions).toBe(2);
    seen.read.length = 0;
    await read(cached, a);
    await read(cached, b);
    expect(seen.read).toEqual([[7], b]);
    await cached.clear();
    expect(toy.openSessions).toBe(0);
    expect(cached.kept).toEqual({ sessions: 0, bytes: 0 });
  });

  it("is nothing where there is no room, or too few tokens", async () => {
    const { toy, model } = counted();
    const none = prefixCached(model, { ...settings, megabytes: 0 });
    await read(none, PROMPT);
    expect(toy.openSessions).toBe(0);
    const cached = prefixCached(model, settings);
    await read(cached, [1]);
    const session = await cached.open();
    await session[Symbol.asyncDispose]();
    expect(toy.openSessions).toBe(0);
    expect(() => prefixCached(model, { ...settings, megabytes: -1 })).toThrow("megabytes is -1");
  });

  it("counts the memory that a session once needed", async () => {
    const { model } = counted();
    const cached = prefixCached(model, settings);
    const session = await cached.open();
    await cached.pass([{ session, tokens: PROMPT, draft: chain([1, 2, 3]) }]);
    session.rewind(3);
    await session[Symbol.asyncDispose]();
    expect(cached.kept.bytes).toBe(10 * BYTES);
  });

  it("is nothing from behind a tree whose scores are not exact", async () => {
    const tree = { tokens: [4, 5], parents: [-1, -1] };
    const rest = async (exact: Model["exact"], draft: typeof tree) => {
      const { seen, model } = counted({ exact });
      const cached = prefixCached(model, settings);
      const session = await cached.open();
      await cached.pass([{ session, tokens: [1, 2, 3], draft }]);
      session.keep([1]);
      await cached.pass([{ session, tokens: [6] }]);
      await session[Symbol.asyncDispose]();
      await read(cached, [1, 2, 3, draft.tokens[1], 6, 7]);
      return seen.read.at(-1);
    };
    expect(await rest("tree", tree)).toEqual([7]);
    expect(await rest("chain", tree)).toEqual([5, 6, 7]);
    const { seen, model } = counted({ exact: "none" });
    const cached = prefixCached(model, settings);
    for (let i = 0; i < 2; i++) await read(cached, PROMPT);
    expect(seen.read).toEqual([PROMPT, PROMPT]);
    expect(cached.kept.sessions).toBe(0);
  });

  it("is exact again once what was not is taken back", async () => {
    const { seen, model } = counted({ exact: "chain" });
    const cached = prefixCached(model, settings);
    const session = await cached.open();
    await cached.pass([{ session, tokens: [1, 2, 3], draft: { tokens: [4, 5], parents: [-1, -1] } }]);
    session.keep([1]);
    session.rewind(3);
    await cached.pass([{ session, tokens: [6, 7] }]);
    await session[Symbol.asyncDispose]();
    await read(cached, [1, 2, 3, 6, 7, 0]);
    expect(seen.read.at(-1)).toEqual([0]);
  });
});

describe("where something fails", () => {
  it("a session that cannot be forked costs a reading of the prompt", async () => {
    const { toy, seen, model } = counted({
      fork() {
        throw new Error("no room");
      },
    });
    const cached = prefixCached(model, settings);
    await read(cached, PROMPT);
    expect([...(await read(cached, PROMPT))]).toEqual([...toy.logits(PROMPT)]);
    expect(seen.read).toEqual([PROMPT, PROMPT]);
    await cached.clear();
    expect(toy.openSessions).toBe(0);
  });

  it("a fork that cannot be rewound is closed, and the prompt read", async () => {
    let closed = 0;
    const { toy, seen, model } = counted({
      fork: (session) => ({
        length: session.length,
        keep() {},
        rewind() {
          throw new Error("cannot");
        },
        fork: () => session,
        [Symbol.asyncDispose]: async () => void closed++,
      }),
    });
    const cached = prefixCached(model, settings);
    await read(cached, PROMPT);
    expect([...(await read(cached, PROMPT))]).toEqual([...toy.logits(PROMPT)]);
    expect(seen.read).toEqual([PROMPT, PROMPT]);
    expect(closed).toBe(1);
  });

  it("a pass that fails frees its session, and the next one begins anew", async () => {
    const { toy, seen, model } = counted();
    let fails = true;
    const cached = prefixCached(
      {
        ...model,
        pass(steps, options) {
          if (fails) throw new Error("torn");
          return model.pass(steps, options);
        },
      },
      settings,
    );
    const session = await cached.open();
    await expect(cached.pass([{ session, tokens: PROMPT }])).rejects.toThrow("torn");
    expect([session.length, toy.openSessions]).toEqual([0, 0]);
    fails = false;
    await cached.pass([{ session, tokens: PROMPT }]);
    fails = true;
    await expect(cached.pass([{ session, tokens: [1] }])).rejects.toThrow("torn");
    // Nobody knows what it holds now.
    await session[Symbol.asyncDispose]();
    expect([cached.kept.sessions, toy.openSessions]).toEqual([0, 0]);
    await expect(cached.pass([{ session, tokens: [1] }])).rejects.toThrow("a session that is closed");
    expect(seen.read).toEqual([PROMPT]);
  });
});
