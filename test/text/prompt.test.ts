import { describe, expect, it } from "vitest";
import { promptTokens } from "../../src/text/prompt.js";
import { chat, tokenizer } from "./toy.js";

const parts = (contextLength = 10_000) => ({ tokenizer, chat, contextLength });
const shown = (tokens: readonly number[]) => tokenizer.decode(tokens, { special: true });
const said = (role: string, content: string) => ({ role, content });

describe("a prompt", () => {
  it("is a message of the user, behind the system text that is asked for", () => {
    expect(promptTokens("Hi", {}, parts())).toEqual(chat([said("user", "Hi")]));
    expect(promptTokens("Hi", { system: "Be brief." }, parts())).toEqual(
      chat([said("system", "Be brief."), said("user", "Hi")]),
    );
    expect(shown(promptTokens("Hi", { system: "" }, parts()))).toMatch(/^<\|im_start\|>system\n<\|im_end\|>/);
  });

  it("goes to the model as it is where it is raw", () => {
    expect(promptTokens("<|im_end|> the", { raw: true }, parts())).toEqual(
      tokenizer.encode("<|im_end|> the"),
    );
    expect(promptTokens(" ", { raw: true }, parts())).toEqual(tokenizer.encode(" "));
  });

  it("is refused where it says nothing, or two things", () => {
    const refused = (prompt: unknown, settings: object) =>
      expect(() => promptTokens(prompt as string, settings, parts()));
    refused(" \n", {}).toThrow("the prompt is empty: give some text");
    refused("", { raw: true }).toThrow("the prompt is empty: give some text");
    refused([said("user", "a")], { raw: true }).toThrow("a raw prompt is a text, and messages were given");
    refused("a", { raw: true, system: "b" }).toThrow("a raw prompt has no system text");
    refused([said("system", "a"), said("user", "b")], { system: "c" }).toThrow("there are two system texts");
    refused(7, {}).toThrow('the prompt is "7": give a text or messages');
    refused(undefined, {}).toThrow('the prompt is "nothing": give a text or messages');
  });
});

describe("a prompt that is too long", () => {
  it("is refused with both numbers", () => {
    const length = chat([said("user", "x ".repeat(200))]).length;
    expect(() => promptTokens("x ".repeat(200), {}, parts(300))).toThrow(
      `the prompt has ${length} tokens, and the model's context holds 300 with the answer: shorten it`,
    );
    expect(() => promptTokens("a".repeat(300), { raw: true }, parts(300))).toThrow(/has 300 tokens/);
    expect(promptTokens("a".repeat(299), { raw: true }, parts(300))).toHaveLength(299);
  });

  it("loses its oldest turns, and keeps the system text and room for the answer", () => {
    const turns = Array.from({ length: 9 }, (_, i) => [
      said("user", `q${i} ${"x".repeat(20)}`),
      said("assistant", `a${i}`),
    ]);
    const messages = [said("system", "Be brief."), ...turns.flat(), said("user", "last")];
    const whole = chat(messages).length;
    let before = 0;
    for (const contextLength of [150, 200, 300, whole + 49]) {
      const lines: string[] = [];
      const settings = { truncate: true, maxTokens: 50, warn: (line: string) => lines.push(line) };
      const tokens = promptTokens(messages, settings, parts(contextLength));
      const text = shown(tokens);
      expect(tokens.length).toBeLessThanOrEqual(contextLength - 50);
      expect(text).toMatch(/^<\|im_start\|>system\nBe brief\.<\|im_end\|>\n<\|im_start\|>user\n/);
      expect(text).toMatch(/last<\|im_end\|>\n<\|im_start\|>assistant\n$/);
      const kept = text.match(/<\|im_start\|>user/g)!.length;
      expect(kept).toBeGreaterThan(before);
      before = kept;
      expect(lines).toEqual([
        `the oldest ${(10 - kept) * 2} of 20 messages were left out: all of them have ${whole} tokens`,
      ]);
      // One more turn would not have fitted.
      const more = [messages[0], ...messages.slice(messages.length - 2 * kept - 1)];
      expect(chat(more).length).toBeGreaterThan(contextLength - 50);
    }
    expect(promptTokens(messages, { truncate: true, maxTokens: 50 }, parts(whole + 50))).toHaveLength(whole);
  });

  it("of one message keeps its end, in whole characters", () => {
    const lines: string[] = [];
    const settings = { truncate: true, maxTokens: 20, warn: (line: string) => lines.push(line) };
    const tokens = promptTokens(`${"漢".repeat(100)} the end`, settings, parts(150));
    expect(tokens.length).toBeLessThanOrEqual(130);
    expect(tokens.length).toBeGreaterThan(115);
    expect(shown(tokens)).toMatch(
      /^<\|im_start\|>system\nYou are kind<\|im_end\|>\n<\|im_start\|>user\n漢+ the end</,
    );
    expect(lines[0]).toMatch(/^the beginning of the prompt was left out/);
  });

  it("that is raw keeps its end", () => {
    const text = "abcdefghij".repeat(10);
    const tokens = promptTokens(text, { raw: true, truncate: true, maxTokens: 10 }, parts(50));
    expect(tokenizer.decode(tokens)).toBe(text.slice(-40));
  });

  it("leaves at most half of the context to an answer of unknown length", () =>
    expect(promptTokens("a".repeat(500), { raw: true, truncate: true }, parts(100))).toHaveLength(50));

  it("is refused where the system text leaves no room", () =>
    expect(() =>
      promptTokens("a", { truncate: true, system: "b".repeat(500), maxTokens: 9 }, parts(300)),
    ).toThrow(/the system text and the template take \d+ tokens, and there is room for 291/));
});
