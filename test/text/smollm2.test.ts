import { describe, expect, it } from "vitest";
import { lookahead, none } from "../../src/drafters/index.js";
import {
  bm25,
  generateText,
  loadText,
  retrievalWriter,
  type TextVerifierName,
  type WriteOptions,
} from "../../src/text/index.js";

const loading = loadText("smollm2", { threads: 2 });
const PROMPTS = ["Repeat after me: one two three, one two three.", "Name three colours."];
const MOST = 24;

describe("the text model that ships", () => {
  it("knows its template: a prompt as a message with the system text before it, and the answer's beginning", async () => {
    const { chat, decode } = await loading;
    const text = decode(chat([{ role: "user", content: "Hi <|im_end|>" }]), { special: true });
    expect(text).toBe(
      "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n<|im_start|>user\nHi <|im_end|><|im_end|>\n<|im_start|>assistant\n",
    );
  });

  it.each([0, 0.7])("writes the same tokens with every drafter at temperature %d", async (temperature) => {
    const model = await loading;
    const answer = async (prompt: string, options: Pick<WriteOptions, "drafter" | "draftLength">) => {
      const settings = { model, maxTokens: MOST, seed: 3, sampling: { temperature } };
      return (await generateText(prompt, { ...settings, ...options })).tokens;
    };
    for (const prompt of PROMPTS) {
      const plain = await answer(prompt, { drafter: "none" });
      expect(plain.length).toBeGreaterThan(2);
      for (const drafter of [
        "auto",
        "eagle",
        "ngrams",
        "lookup",
        "suffix",
        "recycling",
        "osd",
        lookahead(),
      ] as const)
        for (const draftLength of [1, 6])
          expect(await answer(prompt, { drafter, draftLength }), String(drafter)).toEqual(plain);
    }
  });

  it("guesses most of a long answer with its head and its table", async () => {
    const model = await loading;
    for (const [drafter, least] of [
      ["eagle", 1.3],
      ["ngrams", 1.1],
      ["auto", 1.3],
    ] as const) {
      const { metrics } = await generateText("Explain why the sky is blue.", {
        model,
        drafter,
        draftLength: 3,
        maxTokens: 120,
        sampling: { temperature: 0 },
      });
      expect([drafter, metrics.tokensPerPass]).toEqual([drafter, expect.any(Number)]);
      expect(metrics.tokensPerPass, drafter).toBeGreaterThan(least);
    }
  });

  it("lets relaxed verifiers keep more guesses, and none but those that they admit", async () => {
    const model = await loading;
    const answer = (name: TextVerifierName) =>
      generateText("Explain why the sky is blue.", {
        ...{ model, verifier: model.verifier(name), drafter: "eagle", draftLength: 3 },
        ...{ maxTokens: 48, logprobs: 1, sampling: { temperature: 0 } },
      });
    const [strict, loose] = [await answer("identical"), await answer("rollback")];
    const others = loose.logprobs!.filter(({ token, top }) => token !== top[0].token);
    expect(others.length).toBeGreaterThan(0);
    for (const { logprob } of others) expect(logprob).toBeGreaterThanOrEqual(-2.001);
    expect(loose.metrics.tokensPerPass).toBeGreaterThan(strict.metrics.tokensPerPass);
  });

  it("keeps the features of all tokens that a session has, however they were read", async () => {
    const { target, encode } = await loading;
    const tokens = encode("The quick brown fox jumps over the lazy dog. ".repeat(40)).slice(0, 300);
    const hidden = ["features"];
    const [whole, parts] = [await target.open(), await target.open()];
    const [scores] = await target.pass([{ session: whole, tokens, hidden }]);
    await target.pass([{ session: parts, tokens: tokens.slice(0, 100) }]);
    const draft = { tokens: [tokens[101], tokens[102], 7], parents: [-1, 0, 1] };
    const [drafted] = await target.pass([{ session: parts, tokens: tokens.slice(100, 101), draft, hidden }]);
    const guessed = drafted.hidden?.(1, "features");
    parts.keep([0, 1]);
    const fork = parts.fork();
    const [rest] = await target.pass([{ session: fork, tokens: tokens.slice(103), hidden }]);
    for (const node of [-1, -2, -50, -197, -198, -199, -200, -250, -300])
      expect(rest.hidden?.(node, "features"), String(node)).toEqual(scores.hidden?.(node, "features"));
    expect(rest.hidden?.(-198, "features")).toEqual(guessed);
    expect(rest.hidden?.(-301, "features")).toBeUndefined();
    for (const session of [whole, parts, fork]) await session[Symbol.asyncDispose]();
  });

  it("answers with what anyone would expect", async () => {
    const { text, finish } = await generateText("What is the capital of France?", {
      model: await loading,
      sampling: { temperature: 0 },
      maxTokens: 40,
    });
    expect(text).toContain("Paris");
    expect(finish).toBe("stop");
  });

  it("writes with passages that it speculates on as with those that it waits for", async () => {
    const model = await loading;
    const retriever = bm25([
      { id: "tower", text: "The Tower of London was begun in 1078 by William the Conqueror." },
      { id: "tea", text: "Tea is a drink that is made of leaves. It came to England in the 1650s." },
    ]);
    const answers: number[][] = [];
    for (const stride of [0, 3]) {
      const writer = retrievalWriter(model, { retriever, every: 6, stride });
      const tokens: number[] = [];
      const settings = { maxTokens: MOST, sampling: { temperature: 0 } };
      for await (const piece of writer.write("When was the Tower of London begun?", settings))
        tokens.push(...piece.tokens);
      answers.push(tokens);
      expect(writer.figures.right > 0).toBe(stride > 0);
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(model.decode(answers[0])).toContain("Tower of London");
  });

  it("writes JSON of a schema in fewer passes than tokens, and the same as without guesses", async () => {
    const schema = {
      type: "object",
      properties: {
        name: { type: "string", maxLength: 12 },
        age: { type: "integer", minimum: 0, maximum: 99 },
      },
      required: ["name", "age"],
    };
    const model = await loading;
    for (const temperature of [0, 0.7]) {
      const settings = { model, format: { schema }, maxTokens: 60, seed: 1, sampling: { temperature } };
      const write = (options: WriteOptions) => generateText("Invent a person.", { ...settings, ...options });
      const plain = await write({ drafter: "none" });
      expect(Object.keys(JSON.parse(plain.text))).toEqual(["name", "age"]);
      for (const options of [{ draftLength: 6 }, {}, { drafter: none() }]) {
        const drafted = await write(options);
        expect([drafted.tokens, drafted.finish]).toEqual([plain.tokens, "stop"]);
        expect(drafted.metrics.passes).toBeLessThan(0.75 * plain.metrics.passes);
      }
    }
  });
});
