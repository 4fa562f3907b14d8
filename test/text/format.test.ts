import { describe, expect, it } from "vitest";
import { given, lookup } from "../../src/drafters/index.js";
import { createFormats, generateText, type TextFormat, type WriteOptions } from "../../src/text/index.js";
import { babblingModel, manifestOf, tokenizer, toyText } from "./toy.js";

const model = toyText(babblingModel());
const SCHEMA = {
  type: "object",
  properties: { name: { enum: ["Ann", "Bo"] }, old: { type: "boolean" } },
  required: ["name", "old"],
};
const answer = (format: TextFormat, options: WriteOptions = {}) =>
  generateText("the word", { model, maxTokens: 80, sampling: { temperature: 1 }, format, ...options });

describe("the form of an answer", () => {
  it.each<[string, TextFormat, RegExp]>([
    ["a schema", { schema: SCHEMA }, /^\{"name": "(Ann|Bo)", "old": (true|false)\}$/],
    ["a regular expression", { regex: "[ab]{2,4}-[0-9]" }, /^[ab]{2,4}-[0-9]$/],
    ["choices", { choices: ["the red", "the blue"] }, /^the (red|blue)$/],
  ])("is kept with and without guesses, token for token: %s", async (_, format, form) => {
    for (let seed = 0; seed < 4; seed++) {
      const plain = await answer(format, { seed, drafter: "none" });
      expect(plain.text).toMatch(form);
      expect(plain.finish).toBe("stop");
      for (const draftLength of [2, 7])
        expect((await answer(format, { seed, draftLength })).tokens).toEqual(plain.tokens);
    }
  });

  it("needs hardly a pass for what it forces", async () => {
    const options = { drafter: given(lookup()), draftLength: 16 };
    const { tokens, metrics } = await answer({ schema: SCHEMA }, options);
    expect(tokens.length).toBeGreaterThan(10);
    // The braces and names come of themselves; Ann or Bo, true or false are chosen.
    expect(metrics.passes).toBeLessThanOrEqual(6);
  });

  it("is whole JSON, unless it is cut off", async () => {
    const whole = await answer({ json: true }, { maxTokens: 2000, seed: 1 });
    if (whole.finish === "stop") expect(() => JSON.parse(whole.text)).not.toThrow();
    const cut = await answer({ schema: SCHEMA }, { maxTokens: 3, seed: 1 });
    expect([cut.finish, cut.tokens.length]).toEqual(["length", 3]);
  });

  it("has the same rules each time it is asked for, and is forgotten when many others were", () => {
    const rulesOf = createFormats({ manifest: manifestOf(100), tokenizer });
    const first = rulesOf({ choices: ["a", "b"] });
    expect(rulesOf({ choices: ["a", "b"] })).toBe(first);
    for (let i = 0; i < 20; i++) rulesOf({ choices: [`${i}`] });
    expect(rulesOf({ choices: ["a", "b"] })).not.toBe(first);
  });

  it.each<[string, WriteOptions, RegExp]>([
    [
      "two forms at once",
      { format: { regex: "a", choices: ["b"] } as TextFormat },
      /give one of \{ schema \}/,
    ],
    ["no form", { format: {} as TextFormat }, /the format is .*give one of/],
    ["a list", { format: ["a"] as unknown as TextFormat }, /give one of/],
    ["a schema that nothing fulfils", { format: { schema: { enum: [] } } }, /enum/],
    ["a keyword that is not known", { format: { schema: { multipleOf: 3 } } }, /multipleOf/],
    ["a wrong pattern", { format: { regex: "(" } }, /\(/],
    ["no choices", { format: { choices: [] } }, /nothing to choose from/],
  ])("is refused with a reason: %s", async (_, options, reason) => {
    await expect(generateText("the word", { model, ...options })).rejects.toThrow(reason);
  });
});
