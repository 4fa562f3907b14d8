import { describe, expect, it } from "vitest";
import { mediumChecks, modalityChecks } from "../../src/conformance/index.js";
import { byPlace, decode, type Round, rangeMask, type Token } from "../../src/core/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { functionModel } from "../../src/targets/index.js";
import {
  generateText,
  generateTexts,
  type TextDrafterName,
  type TextModel,
  type TextPiece,
  type WriteOptions,
  write,
} from "../../src/text/index.js";
import { rejection } from "../../src/verifiers/index.js";
import { conforms } from "../conformance/run.js";
import { babblingModel, END, sayingModel, tokenizer, toyText } from "./toy.js";

const babbling = toyText(babblingModel());
const babble = (options: WriteOptions = {}) =>
  generateText("the word in an order", { model: babbling, maxTokens: 60, draftLength: 4, ...options });
const saying = (answer: string | readonly Token[]) => toyText(sayingModel(answer));

async function piecesOf(model: TextModel, options: WriteOptions = {}): Promise<TextPiece[]> {
  const pieces: TextPiece[] = [];
  for await (const piece of write("Hi", { model, ...options })) pieces.push(piece);
  return pieces;
}

conforms(
  "text",
  mediumChecks({
    drafters: ["lookup", "jacobi"],
    async make({ drafter, temperature, seed, signal }) {
      const sampling = { temperature };
      const answer = await babble({ drafter: drafter as TextDrafterName, sampling, seed, signal });
      return { tokens: answer.tokens, tokensPerPass: answer.metrics.tokensPerPass };
    },
  }),
);

conforms(
  "the modality of text",
  modalityChecks(async () => babbling.modality, {
    prompts: [
      { prompt: "the word", maxTokens: 40 },
      { prompt: "the word", maxTokens: 40, stop: ["a", "é"], stopTokens: [77] },
      { prompt: [{ role: "user", content: "order" }], rules: byPlace({ vocabularySize: tokenizer.size }) },
    ],
    rounds: (encoded) =>
      decode({
        target: babbling.target,
        encoded,
        verifier: rejection(),
        rules: babbling.modality.rules?.(encoded),
        plan: fixedLength(3),
        seed: 2,
      }),
    equal: (a, b) => all(a) === all(b),
  }),
);

const all = (pieces: readonly TextPiece[]) =>
  JSON.stringify([
    pieces.map(({ text }) => text).join(""),
    pieces.flatMap(({ tokens }) => tokens),
    pieces.at(-1)?.finish,
    pieces.at(-1)?.stop,
  ]);

describe("an answer", () => {
  it("comes in pieces, ends with the model's end, and says so", async () => {
    const model = saying("the word é 漢");
    const pieces = await piecesOf(model, { drafter: "none" });
    expect(pieces.map(({ text }) => text).join("")).toBe("the word é 漢");
    expect(pieces.flatMap(({ tokens }) => tokens)).toEqual([...tokenizer.encode("the word é 漢"), END]);
    expect(pieces.map(({ start }) => start)).toEqual(pieces.map((_, i) => i));
    expect(pieces.filter(({ done }) => done)).toHaveLength(1);
    expect(pieces.at(-1)).toMatchObject({ done: true, finish: "stop", stop: END, text: "" });
    expect(pieces[0].promptTokens).toBe(model.chat([{ role: "user", content: "Hi" }]).length);
  });

  it("is given when it is done", async () => {
    const { text, tokens, finish, stop, promptTokens, metrics, logprobs } = await generateText("Hi", {
      model: saying("in the end"),
    });
    expect({ text, finish, stop, logprobs }).toEqual({
      text: "in the end",
      finish: "stop",
      stop: END,
      logprobs: undefined,
    });
    expect(tokens).toHaveLength(metrics.tokens);
    expect(promptTokens).toBeGreaterThan(10);
  });

  it("is as long as it may be", async () => {
    const { text, tokens, finish, stop } = await generateText("Hi", {
      model: saying("abcdef"),
      maxTokens: 3,
    });
    expect({ text, finish, stop }).toEqual({ text: "abc", finish: "length", stop: undefined });
    expect(tokens).toHaveLength(3);
    const full = await generateText("a", { model: toyText(babblingModel(60)), raw: true });
    expect(full.finish === "stop" || full.tokens.length + 1 === 60).toBe(true);
    await expect(generateText("Hi", { model: babbling, maxTokens: 0 })).rejects.toThrow("maxTokens is 0");
  });

  it("is the text of its tokens, however they are cut", async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const answer = await babble({ seed, sampling: { temperature: 1 }, verifier: rejection() });
      expect(answer.text).toBe(tokenizer.decode(answer.tokens));
      expect(answer.text).toContain("\ufffd");
    }
  });
});

describe("an answer ends", () => {
  it("before a stop string, with every drafter, and nothing leaks", async () => {
    for (const drafter of ["none", "lookup"] as const) {
      const pieces = await piecesOf(saying("an a an a an the word order"), {
        stop: ["the w", "zzz"],
        drafter,
        draftLength: drafter === "none" ? undefined : 6,
      });
      expect(pieces.map(({ text }) => text).join("")).toBe("an a an a an ");
      expect(pieces.at(-1)).toMatchObject({ finish: "stop", stop: "the w" });
      const tokens = pieces.flatMap(({ tokens }) => tokens);
      // Nothing behind the token in which the stop string was complete.
      expect(tokenizer.decode(tokens)).toMatch(/the w/);
      expect(tokenizer.decode(tokens.slice(0, -1))).not.toMatch(/the w/);
    }
  });

  it("at a stop token", async () => {
    const [stop] = tokenizer.encode("w");
    const answer = await generateText("Hi", {
      model: saying("ab w"),
      stopTokens: [tokenizer.encode(" w")[0], stop],
    });
    expect(answer).toMatchObject({ finish: "stop", stop: tokenizer.encode(" w")[0] });
    await expect(generateText("Hi", { model: babbling, stopTokens: [9999] })).rejects.toThrow(
      `a stop token is 9999: give a whole number from 0 to ${tokenizer.size - 1}`,
    );
  });

  it("with what was held back for a stop string that did not come", async () => {
    const answer = await generateText("Hi", { model: saying("the wo"), stop: "the word" });
    expect(answer).toMatchObject({ text: "the wo", stop: END });
  });

  it("where rules end it, and keeps to them", async () => {
    const [a] = tokenizer.encode("a");
    const three = {
      start: 0,
      advance: (at: unknown) => (at as number) + 1,
      mask: () => rangeMask(a, 1, tokenizer.size),
      ended: (at: unknown) => at === 3,
    };
    for (const drafter of ["none", "lookup"] as const) {
      const answer = await babble({ rules: three, drafter });
      expect(answer).toMatchObject({ text: "aaa", finish: "stop", stop: undefined });
    }
    const nothing = await babble({ rules: { ...three, ended: () => true } });
    expect(nothing).toMatchObject({ text: "", tokens: [], finish: "stop", stop: undefined });
  });
});

describe("log probabilities", () => {
  const target = babblingModel();
  const check = async (options: WriteOptions) => {
    const model = toyText(target);
    const prompt = model.chat([{ role: "user", content: "the word in an order" }]);
    const { tokens, logprobs = [] } = await generateText("the word in an order", {
      model,
      maxTokens: 30,
      logprobs: 3,
      ...options,
    });
    expect(logprobs.map(({ token }) => token)).toEqual(tokens);
    logprobs.forEach(({ token, logprob, top }, i) => {
      const row = [...target.logits([...prompt, ...tokens.slice(0, i)])];
      const shift = Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
      expect(logprob).toBeCloseTo(row[token] - shift, 9);
      const order = [...row.keys()].sort((a, b) => row[b] - row[a] || a - b).slice(0, 3);
      expect(top.map(({ token }) => token)).toEqual(order);
      for (const one of top) expect(one.logprob).toBeCloseTo(row[one.token] - shift, 9);
    });
    return JSON.stringify(logprobs);
  };

  it("are the model's own, before temperature, cuts and biases", async () => {
    await check({ sampling: { temperature: 0 } });
    await check({ sampling: { temperature: 2, topK: 2, repetitionPenalty: 1.3, logitBias: { 40: 5 } } });
  });

  it("are the same in every mode", async () => {
    const plain = await check({ drafter: "none" });
    for (const drafter of ["lookup", "jacobi"] as const)
      for (const draftLength of [1, 5])
        expect(await check({ drafter: drafter as TextDrafterName, draftLength })).toBe(plain);
  });

  it("of the tokens alone, if no others are wanted", async () => {
    const { logprobs } = await babble({ logprobs: 0, maxTokens: 3 });
    expect(logprobs).toHaveLength(3);
    expect(logprobs?.every(({ top }) => top.length === 0)).toBe(true);
    await expect(babble({ logprobs: 101 })).rejects.toThrow("logprobs is 101");
  });
});

describe("several answers", () => {
  it("differ, share the reading of the prompt, and are those of their streams", async () => {
    const read: number[] = [];
    const inner = babblingModel();
    const counting = {
      ...inner,
      pass: ((steps, options) => {
        read.push(steps[0].tokens.length);
        return inner.pass(steps, options);
      }) as typeof inner.pass,
    };
    const model = toyText(counting);
    const options = { model, maxTokens: 8, drafter: "none" as const, sampling: { temperature: 1 } };
    const answers = await generateTexts("the word in an order", { ...options, count: 3, stream: 5 });
    expect(new Set(answers.map(({ tokens }) => tokens.join())).size).toBe(3);
    const [{ promptTokens }] = answers;
    // The last token of a prompt is read each time.
    expect(read.filter((tokens) => tokens > 1)).toEqual([promptTokens]);
    const alone = await generateText("the word in an order", {
      ...options,
      model: toyText(inner),
      stream: 6,
    });
    expect(alone.tokens).toEqual(answers[1].tokens);
    await expect(generateTexts("a", { model, count: 0 })).rejects.toThrow("count is 0");
  });

  it("of a chat read what is new only", async () => {
    const read: number[] = [];
    const inner = sayingModel("in the end");
    const pass: typeof inner.pass = (steps, options) => {
      read.push(steps[0].tokens.length);
      return inner.pass(steps, options);
    };
    const model = toyText({ ...inner, pass });
    const messages = [{ role: "user", content: "the word in an order" }];
    const { text } = await generateText(messages, { model, drafter: "none" });
    const before = model.count(messages);
    messages.push({ role: "assistant", content: text }, { role: "user", content: "and?" });
    read.length = 0;
    await generateText(messages, { model, drafter: "none" });
    expect(read[0]).toBeLessThan(model.count(messages) - before);
  });
});

describe("whatever ends an answer", () => {
  const opened = () => {
    let open = 0;
    const inner = sayingModel("in the end of the word", { onOpen: () => open++, onClose: () => open-- });
    return { model: toyText(inner, 0), open: () => open };
  };

  it("a loop that is left frees everything", async () => {
    const { model, open } = opened();
    for await (const piece of model.write("Hi")) {
      expect(open()).toBe(1);
      expect(piece.done).toBe(false);
      break;
    }
    expect(open()).toBe(0);
  });

  it("so do an abort, and an error thrown at it", async () => {
    const { model, open } = opened();
    const stop = new AbortController();
    const onRound = ({ start }: Round) => start >= 2 && stop.abort(new Error("enough"));
    await expect(
      generateText("Hi", { model, signal: stop.signal, onRound, drafter: "none" }),
    ).rejects.toThrow("enough");
    expect(open()).toBe(0);
    const onPiece = () => {
      throw new Error("no");
    };
    await expect(generateText("Hi", { model, onPiece })).rejects.toThrow("no");
    expect(open()).toBe(0);
  });

  it("so does a model that gives no numbers, and it is named", async () => {
    let open = 0;
    const broken = functionModel(() => new Float32Array(tokenizer.size).fill(Number.NaN), {
      name: "broken",
      vocabularySize: tokenizer.size,
      onOpen: () => open++,
      onClose: () => open--,
    });
    await expect(generateText("Hi", { model: toyText(broken, 0) })).rejects.toThrow(
      'the model "broken", behind token 0 of the output: the logit of token 0 is NaN',
    );
    expect(open).toBe(0);
  });

  it("sessions are kept within the limit, and freed when that is asked for", async () => {
    const inner = babblingModel();
    const model = toyText(inner);
    for (const prompt of ["the word", "an order in it", "three"])
      await generateText(prompt, { model, maxTokens: 9 });
    expect(model.target.kept.sessions).toBe(3);
    expect(inner.openSessions).toBe(3);
    await model.target.clear();
    expect(inner.openSessions).toBe(0);
  });
});
