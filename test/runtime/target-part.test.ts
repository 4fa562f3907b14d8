import { describe, expect, it } from "vitest";
import { toyModel } from "../../src/conformance/index.js";
import { chain, decode, type Past, type Sampling, type Session, type Token } from "../../src/core/index.js";
import { selfSpeculative } from "../../src/drafters/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { type LanguageModelShape, languageModel, openSession, targetPart } from "../../src/runtime/index.js";
import { findVoice } from "../../src/speech/index.js";
import { identical } from "../../src/verifiers/index.js";

const { manifest, file } = findVoice("joe");
const { graph: name, ...own } = manifest.draft!;
// Behind the units there are other tokens that its table has.
const shape = { ...own, lookAhead: 8 } as LanguageModelShape;
const graph = await openSession(file(name), { threads: 1 });
const target = await languageModel(graph, shape);
/** All of the target, as a part of it. */
const whole = await targetPart(graph, shape, [0, 1]);
const TOKENS = Array.from({ length: 300 }, (_, i) => (i * 37 + 11) % shape.vocabularySize);

const shown = ({ past }: Session) => past as Past;

async function read(tokens: readonly Token[]) {
  const session = await target.open();
  await target.pass([{ session, tokens }]);
  return session;
}

describe("a part of a target", () => {
  // Behind 255 tokens the arrays of the past must grow.
  it.each([1, 40, 255])(
    "goes on behind %d tokens that the target has read, and leaves them as they are",
    async (count) => {
      const session = await read(TOKENS.slice(0, count));
      const past = shown(session);
      const more = TOKENS.slice(count, count + 4);
      const rows = [await whole.scores(past, more.slice(0, 1)), await whole.scores(past, more)];
      expect([past.length, session.length]).toEqual([count, count]);
      const undisturbed = await read(TOKENS.slice(0, count));
      for (const one of [session, undisturbed]) {
        const [scores] = await target.pass([
          { session: one, tokens: more.slice(0, 1), draft: chain(more.slice(1)) },
        ]);
        expect([scores.row(-1), scores.row(2)]).toEqual(rows);
      }
    },
  );

  it("follows what a session keeps, rewinds and forks", async () => {
    const session = await read(TOKENS.slice(0, 9));
    const past = shown(session);
    const scores = () => whole.scores(past, [7, 8]);
    const first = await scores();
    await target.pass([{ session, tokens: [3], draft: chain([4, 5]) }]);
    session.keep([0]);
    const fork = session.fork();
    expect([past.length, shown(fork).length]).toEqual([11, 11]);
    const second = await scores();
    expect(second).not.toEqual(first);
    session.rewind(9);
    expect(await scores()).toEqual(first);
    expect(await whole.scores(shown(fork), [7, 8])).toEqual(second);
  });

  it("reads the layers that it is told", async () => {
    const swapped = await targetPart(graph, shape, [1, 0]);
    const past = shown(await read(TOKENS.slice(0, 9)));
    expect(await swapped.scores(past, [7])).not.toEqual(await whole.scores(past, [7]));
    await expect(targetPart(graph, shape, [0, 2])).rejects.toThrow("layer 2 of its target, which has 2");
    await expect(targetPart(graph, shape, [0, 1, 1])).rejects.toThrow('no input "past_key.2"');
  });

  it("reads the past of its own kind of target only", async () => {
    const toy = await toyModel().open();
    await expect(whole.scores(shown(toy), [1])).rejects.toThrow("reads the past of that target only");
  });

  it.each([0, 1])(
    "drafts what the target says where it is all of it, at temperature %d",
    async (temperature) => {
      const sampling: Sampling = { temperature };
      const run = {
        target,
        encoded: { tokens: [245, 17, 4] },
        verifier: identical(),
        sampling,
        maxTokens: 40,
      };
      const plain: Token[] = [];
      for await (const { tokens } of decode({ ...run, plan: fixedLength(0) })) plain.push(...tokens);
      const drafter = selfSpeculative(whole, { minConfidence: 0 });
      const output: Token[] = [];
      let passes = 0;
      for await (const { tokens } of decode({ ...run, drafter, plan: fixedLength(4) })) {
        output.push(...tokens);
        passes++;
      }
      expect(output).toEqual(plain);
      expect(passes).toBe(9);
    },
  );
});

describe("rows ahead of a draft", () => {
  it("change no bit of what is judged, however many there are", async () => {
    const draft = chain(TOKENS.slice(10, 13));
    const rowsOf = async (more: readonly (readonly [parent: number, token: Token])[]) => {
      const session = await read(TOKENS.slice(0, 9));
      const tokens = [...draft.tokens, ...more.map(([, token]) => token)];
      const parents = [...draft.parents, ...more.map(([parent]) => parent)];
      const [scores] = await target.pass([{ session, tokens: [TOKENS[9]], draft: { tokens, parents } }]);
      const rows = [-1, 0, 1, 2].map((node) => scores.row(node));
      session.keep([0, 1]);
      const [next] = await target.pass([{ session, tokens: [5] }]);
      return [...rows, next.row(-1)];
    };
    const alone = await rowsOf([]);
    expect(
      await rowsOf([
        [-1, 250],
        [3, 251],
      ]),
    ).toEqual(alone);
    expect(await rowsOf([-1, 0, 1, 2].map((parent) => [parent, 250] as const))).toEqual(alone);
  });

  it("are tokens that the model knows", async () => {
    const { vocabularySize } = shape;
    const pass = async (lookAhead: number | undefined) => {
      const model = await languageModel(graph, { ...shape, lookAhead });
      const session = await model.open();
      return model.pass([{ session, tokens: [1], draft: chain([vocabularySize + 1]) }]);
    };
    await pass(2);
    await expect(pass(undefined)).rejects.toThrow(
      "token 246 was drafted, and the model has 245 tokens with 0 look-ahead tokens behind them",
    );
    await expect(pass(1)).rejects.toThrow("with 1 look-ahead tokens");
  });
});
