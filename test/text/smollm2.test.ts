import { describe, expect, it } from "vitest";
import { lookahead, none } from "../../src/drafters/index.js";
import { generateText, loadText, type WriteOptions } from "../../src/text/index.js";

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
      for (const drafter of ["lookup", "suffix", "recycling", lookahead()] as const)
        for (const draftLength of [1, 6])
          expect(await answer(prompt, { drafter, draftLength }), String(drafter)).toEqual(plain);
    }
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
