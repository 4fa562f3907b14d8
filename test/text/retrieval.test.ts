import { describe, expect, it } from "vitest";
import { createNoise, decode, type Model, type Token } from "../../src/core/index.js";
import { plain } from "../../src/plans/fixed.js";
import { functionModel } from "../../src/targets/index.js";
import {
  bm25,
  type Passage,
  type RetrievalOptions,
  type Retriever,
  retrievalWriter,
  type Written,
} from "../../src/text/index.js";
import { identical } from "../../src/verifiers/index.js";
import { END, sayingModel, tokenizer, toyText } from "./toy.js";

const PASSAGES: Passage[] = ["tea", "tower", "rain"].map((id) => ({ id, text: `All on ${id}.` }));

/** A target whose every token depends on all that stands before, the passage included; it seldom ends. */
const readingModel = () => {
  const noise = createNoise(3);
  return functionModel(
    (tokens) => {
      const key = tokens.reduce((hash, token) => (31 * hash + token) % 1_000_003, 7);
      const ends = (token: Token) => token === END || token === 0;
      return Float32Array.from({ length: tokenizer.size }, (_, token) =>
        ends(token) ? 3 : 5 * noise.uniform(key, token),
      );
    },
    { vocabularySize: tokenizer.size, contextLength: 600 },
  );
};

/** Finds a passage by the letters of a query; others from time to time, or seldom. */
const byLetters = (every: number): Retriever => ({
  async search(queries) {
    for (let i = queries[0].length % 4; i > 0; i--) await new Promise((resolve) => setImmediate(resolve));
    return queries.map((query) => {
      const first = Math.floor((query.codePointAt(0) ?? 0) / every) % PASSAGES.length;
      return [PASSAGES[first], ...PASSAGES.filter((_, i) => i !== first)];
    });
  },
});

async function written(
  target: Parameters<typeof toyText>[0],
  options: RetrievalOptions,
  settings: Written = {},
  prompt = "What is it?",
) {
  const writer = retrievalWriter(toyText(target), { every: 4, queryTokens: 8, ...options });
  const pieces = [];
  for await (const piece of writer.write(prompt, { maxTokens: 60, ...settings })) pieces.push(piece);
  const tokens = pieces.flatMap((piece) => piece.tokens);
  return { pieces, tokens, text: pieces.map(({ text }) => text).join(""), figures: writer.figures };
}

/** The same without any of it: a search, a step, a search, ... */
async function byHand(retriever: Retriever, maxTokens: number): Promise<Token[]> {
  const model = toyText(readingModel());
  const prompt = "What is it?";
  const answer: Token[] = [];
  while (answer.length < maxTokens) {
    const query = model.decode([...model.encode(prompt), ...answer].slice(-8));
    const [[{ text }]] = await retriever.search([query], { count: 8 });
    const chat = model.chat([{ role: "user", content: `${text}\n\n${prompt}` }]);
    const options = { target: model.target, verifier: identical(), plan: plain() };
    const encoded = { tokens: [...chat, ...answer] };
    const room = Math.min(4, maxTokens - answer.length);
    for await (const { tokens } of decode({
      ...options,
      encoded,
      sampling: { temperature: 0 },
      maxTokens: room,
    }))
      answer.push(...tokens);
  }
  return answer;
}

describe("writing with passages", () => {
  it.each([1, 40, 1000])(
    "writes what waiting for each search gives, whichever passages come (%d)",
    async (every) => {
      const retriever = byLetters(every);
      for (const temperature of [0, 1]) {
        const settings = { seed: 4, sampling: { temperature } };
        const wanted = await written(readingModel(), { retriever, stride: 0 }, settings);
        expect(wanted.figures.right).toBe(0);
        expect(wanted.figures.searches).toBe(wanted.figures.steps);
        if (temperature === 0) expect(wanted.tokens).toEqual(await byHand(retriever, 60));
        for (const stride of [1, 2, 5]) {
          const got = await written(readingModel(), { retriever, stride }, settings);
          expect([stride, got.tokens]).toEqual([stride, wanted.tokens]);
          expect(got.text).toBe(wanted.text);
          expect(got.pieces.map(({ passage }) => passage?.id).at(-1)).toBe(wanted.pieces.at(-1)?.passage?.id);
          expect(got.figures.steps).toBe(wanted.figures.steps);
        }
      }
    },
  );

  it("asks for several passages at once while they are right, and writes no token in vain", async () => {
    const batches: number[] = [];
    const inner = byLetters(1e9);
    const retriever: Retriever = {
      search(queries, options) {
        batches.push(queries.length);
        return inner.search(queries, options);
      },
    };
    const { tokens, figures, pieces } = await written(readingModel(), { retriever, stride: 3 });
    const steps = Math.ceil(tokens.length / 4);
    expect(figures).toEqual({
      steps,
      right: steps - 1,
      searches: batches.length,
      queries: batches.reduce((sum, batch) => sum + batch, 0),
      wasted: 0,
    });
    expect(Math.max(...batches)).toBe(3);
    expect(batches.length).toBeLessThan(0.7 * steps);
    expect(pieces.map(({ start }) => start)).toEqual(
      pieces.map((_, i) => pieces.slice(0, i).reduce((sum, piece) => sum + piece.tokens.length, 0)),
    );
    expect(pieces.filter(({ done }) => done)).toHaveLength(1);
    expect(pieces.at(-1)?.finish).toBeDefined();
  });

  it("asks before it writes, so that a wrong passage delays nothing", async () => {
    const events: string[] = [];
    const inner = byLetters(1);
    const retriever: Retriever = {
      search(queries, options) {
        events.push("search");
        return inner.search(queries, options);
      },
    };
    const model = readingModel();
    const target: Model = {
      ...model,
      pass(steps, options) {
        events.push("pass");
        return model.pass(steps, options);
      },
    };
    await written(target, { retriever }, { drafter: "none" });
    const step = ["search", "pass", "pass", "pass", "pass"];
    expect(events.slice(0, 6)).toEqual([...step, "search"]);
  });

  it("throws away what stood behind a wrong passage, and counts it", async () => {
    const { figures } = await written(readingModel(), { retriever: byLetters(1) });
    expect(figures.wasted).toBeGreaterThan(0);
    expect(figures.right).toBeLessThan(figures.steps);
  });

  it("keeps stop texts, forms and noise from step to step", async () => {
    const retriever = byLetters(40);
    const model = sayingModel("the rain in the tower and the tea");
    const stopped = await written(model, { retriever }, { stop: "tower and" });
    expect([stopped.text, stopped.pieces.at(-1)?.stop]).toEqual(["the rain in the ", "tower and"]);
    const formed = await written(readingModel(), { retriever }, { format: { regex: "[a-d]{7} [e-h]{9}" } });
    expect(formed.text).toMatch(/^[a-d]{7} [e-h]{9}$/);
    const sampling = { temperature: 1 };
    const uniform = functionModel(() => new Float32Array(tokenizer.size), {
      vocabularySize: tokenizer.size,
      contextLength: 600,
    });
    const { tokens } = await written(uniform, { retriever }, { sampling, seed: 1, maxTokens: 16 });
    expect(new Set(tokens).size).toBeGreaterThan(4);
  });

  it("finds by words, and guesses by the words of what was found before", async () => {
    const retriever = bm25(PASSAGES);
    expect(await retriever.search(["What of rain and tea? Rain!", "xyz"], { count: 5 })).toEqual([
      [PASSAGES[2], PASSAGES[0]],
      [],
    ]);
    expect(await retriever.search(["all of it"], { count: 2 })).toEqual([PASSAGES.slice(0, 2)]);
    const model = sayingModel("rain rain rain rain tea tea tea tea rain rain tower tower tea");
    const { figures, pieces, text } = await written(model, { retriever }, {}, "rain?");
    const byPassage = [...new Set(pieces.map(({ passage }) => passage?.id))];
    expect(byPassage).toEqual(expect.arrayContaining(["rain", "tea"]));
    expect(text).toBe("rain rain rain rain tea tea tea tea rain rain tower tower tea");
    expect(figures.right).toBeGreaterThan(figures.steps / 2);
  });

  it("does without a passage where none is found", async () => {
    const nothing: Retriever = { search: async (queries) => queries.map(() => []) };
    const { tokens, pieces } = await written(sayingModel("the rain"), { retriever: nothing });
    expect(tokenizer.decode(tokens)).toBe("the rain");
    expect(pieces[0].passage).toBeUndefined();
  });

  it("ends with what the retriever throws, and ends a search that nobody waits for", async () => {
    let calls = 0;
    const failing: Retriever = {
      async search(queries) {
        if (++calls > 1) throw new Error("no network");
        return queries.map(() => PASSAGES);
      },
    };
    await expect(written(readingModel(), { retriever: failing })).rejects.toThrow("no network");
    const short: Retriever = { search: async () => [] };
    await expect(written(readingModel(), { retriever: short })).rejects.toThrow(
      /asked 1 queries, and answered 0/,
    );

    const signals: (AbortSignal | undefined)[] = [];
    const hanging: Retriever = {
      search(queries, { signal }) {
        signals.push(signal);
        if (signals.length === 1) return Promise.resolve(queries.map(() => PASSAGES));
        return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
      },
    };
    const writer = retrievalWriter(toyText(readingModel()), { retriever: hanging, every: 4 });
    for await (const _ of writer.write("What?", { seed: 1 })) break;
    expect(signals[0]?.aborted).toBe(true);
    const controller = new AbortController();
    const until = written(readingModel(), { retriever: hanging }, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("enough")), 20);
    await expect(until).rejects.toThrow("enough");
  });

  it("refuses settings and passages that are none", () => {
    const model = toyText(readingModel());
    const retriever = byLetters(1);
    for (const bad of [{ every: 0 }, { stride: -1 }, { prefetch: 0 }, { queryTokens: 0.5 }])
      expect(() => retrievalWriter(model, { retriever, ...bad })).toThrow(
        new RegExp(`${Object.keys(bad)[0]} is ${Object.values(bad)[0]}`),
      );
    expect(() => retrievalWriter(model, {} as never)).toThrow(/no search: give one, such as bm25/);
    expect(() => bm25([])).toThrow(/there are none/);
    expect(() => bm25([{ text: "x" } as never])).toThrow(/a passage is \{"text":"x"\}/);
  });
});
