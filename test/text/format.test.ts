import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { jacobi, lookup, model as modelDrafter, none } from "../../src/drafters/index.js";
import {
  checkFormat,
  generateText,
  readPrompts,
  type TextFormat,
  type WriteOptions,
  writeAll,
} from "../../src/text/index.js";
import { babblingModel, END, sayingModel, tokenizer, toyText } from "./toy.js";

const PERSON = {
  type: "object",
  properties: {
    name: { type: "string", maxLength: 6, pattern: "^[a-z]*$" },
    trade: { enum: ["baker", "cook"] },
    adult: { type: "boolean" },
    tags: { type: "array", items: { enum: ["the", "word"] }, maxItems: 2 },
  },
  required: ["name", "trade", "adult", "tags"],
};

const target = babblingModel();
const babbling = toyText(target);
const babble = (format: TextFormat, options: WriteOptions = {}) =>
  generateText("the word", { model: babbling, maxTokens: 200, format, ...options });

describe("a format", () => {
  it.each([0, 1])(
    "makes JSON that fits a schema, the same with every drafter (temperature %d)",
    async (temperature) => {
      for (let seed = 0; seed < (temperature ? 6 : 1); seed++) {
        const settings = { seed, sampling: { temperature } };
        const plain = await babble({ schema: PERSON }, { ...settings, drafter: "none" });
        expect(plain.finish).toBe("stop");
        expect(plain.stop).toBeUndefined();
        const value = JSON.parse(plain.text);
        expect(Object.keys(value)).toEqual(PERSON.required);
        expect(value).toMatchObject({
          trade: expect.stringMatching(/^baker$|^cook$/),
          adult: expect.any(Boolean),
        });
        for (const drafter of ["lookup", jacobi(), none(), modelDrafter(target)] as const)
          for (const draftLength of [undefined, 3]) {
            const drafted = await babble({ schema: PERSON }, { ...settings, drafter, draftLength });
            expect([drafted.tokens, drafted.finish]).toEqual([plain.tokens, "stop"]);
          }
      }
    },
  );

  it("may be a pattern, choices, or any JSON", async () => {
    for (let seed = 0; seed < 4; seed++) {
      const settings = { seed, sampling: { temperature: 1 } };
      expect((await babble({ regex: "[a-c]{2}\\d" }, settings)).text).toMatch(/^[a-c]{2}\d$/);
      expect((await babble({ regex: /the|w.{2}/u }, settings)).text).toMatch(/^(the|w..)$/su);
      expect(["the word", "a word", "é"]).toContain(
        (await babble({ choices: ["the word", "a word", "é"] }, settings)).text,
      );
      const { text, finish } = await babble({ json: true }, { ...settings, sampling: { temperature: 3 } });
      if (finish === "stop") expect(() => JSON.parse(text)).not.toThrow();
    }
  });

  it("takes spaces out of JSON where they are not wanted", async () => {
    const { text } = await babble({ schema: PERSON, spaces: "none" });
    expect(JSON.stringify(JSON.parse(text))).toBe(text);
  });

  it("ends with the model's end where it may go on", async () => {
    const model = toyText(sayingModel("12"));
    const { text, finish, stop } = await generateText("Hi", {
      model,
      format: { schema: { type: "integer" } },
    });
    expect([text, finish, stop]).toEqual(["12", "stop", END]);
  });

  it("is cut where the answer is as long as it may be, and where a stop string comes", async () => {
    const cut = await babble({ schema: PERSON }, { maxTokens: 12 });
    expect([cut.finish, cut.tokens.length]).toEqual(["length", 12]);
    expect(() => JSON.parse(cut.text)).toThrow();
    for (const drafter of ["none", "lookup"] as const) {
      const stopped = await babble({ schema: PERSON }, { stop: '"trade', drafter });
      expect(stopped).toMatchObject({ finish: "stop", stop: '"trade' });
      expect(stopped.text).toMatch(/^\{"name": "[a-z]*", $/);
    }
  });

  it("is read once for all prompts of a model, whatever becomes of the object", async () => {
    const { modality } = toyText(target);
    const rules = async (format: TextFormat) => (await modality.encode({ prompt: "Hi", format })).allowed;
    const schema = { enum: ["the", "word"] };
    const first = await rules({ schema });
    expect(await rules({ schema: { enum: ["the", "word"] } })).toBe(first);
    schema.enum.push("order");
    expect(await rules({ schema })).not.toBe(first);
    expect(await rules({ schema: { enum: ["the", "word"] } })).toBe(first);
    expect(await rules({ regex: "a" })).toBe(await rules({ regex: "a" }));
    expect(await rules({ regex: /a/ })).not.toBe(await rules({ regex: /a/i }));
    for (let i = 0; i < 40; i++) await rules({ choices: [String(i)] });
    expect(await rules({ schema: { enum: ["the", "word"] } })).not.toBe(first);
  });

  it.each<[string, unknown, RegExp]>([
    ["two of them", { schema: true, regex: "a" }, /the format has both schema and regex: give one of/],
    ["none", {}, /the format has nothing: give one of/],
    ["a text", "json", /the format is "json": give one of/],
    ["null", null, /the format is null/],
    ["another field", { shema: {} }, /unknown field "shema": did you mean schema\?/],
    ["no schema", { schema: 7 }, /# is no JSON schema: "7"/],
    [
      "a schema that is no JSON",
      { schema: () => {} },
      /schema cannot be written as JSON \(it is a function\)/,
    ],
    ["a keyword that is none", { schema: { type: "strin" } }, /#\/type is no part of a JSON schema/],
    [
      "a schema that nothing fits",
      { schema: { type: "object", properties: { a: false }, required: ["a"] } },
      /nothing|no value/,
    ],
    ["no end", { schema: { $ref: "#" } }, /#/],
    ["no pattern", { regex: "(" }, /"\(" is no regular expression/],
    ["a number for one", { regex: 4 }, /neither a regular expression nor a text/],
    ["no choices", { choices: [] }, /nothing to choose from/],
    ["one choice", { choices: "a" }, /no list of texts/],
    ["false", { json: false }, /json is not true/],
    ["spaces of a pattern", { regex: "a", spaces: "none" }, /spaces are for JSON, and it has regex/],
    ["other spaces", { json: true, spaces: "two" }, /choose one of one, none, optional/],
  ])("is refused: %s", async (_, format, message) => {
    await expect(babble(format as TextFormat)).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringMatching(message),
    });
    expect(() => checkFormat(format as TextFormat)).toThrow(message);
  });

  it("does not go with rules of one's own", async () => {
    const rules = { start: 0, advance: () => 0, mask: () => undefined, ended: () => false };
    await expect(babble({ json: true }, { rules })).rejects.toThrow(/rules and format both say/);
  });
});

describe("what a format forces", () => {
  it("is drafted, where there is nothing else to draft as well, and by no plain decoding", async () => {
    const plain = await babble({ schema: PERSON }, { drafter: "none" });
    const forced = await babble({ schema: PERSON }, { drafter: none() });
    const both = await babble({ schema: PERSON }, { drafter: lookup() });
    expect(plain.metrics.passes).toBe(plain.tokens.length);
    expect(forced.metrics.passes).toBeLessThan(plain.metrics.passes * 0.5);
    expect(both.metrics.passes).toBeLessThanOrEqual(forced.metrics.passes);
    // The braces and names come of themselves; letters, and what is chosen, do not.
    const known = {
      ...PERSON,
      properties: { trade: PERSON.properties.trade, adult: { type: "boolean" } },
      required: ["trade", "adult"],
    };
    expect((await babble({ schema: known }, { drafter: none() })).metrics.passes).toBeLessThanOrEqual(6);
    // All that was drafted stands.
    expect(forced.metrics.acceptanceRate).toBe(1);
  });
});

describe("records", () => {
  const folder = mkdtempSync(join(tmpdir(), "foretoken-format-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, ...records: object[]) => {
    const path = join(folder, name);
    writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
    return path;
  };

  it("may have formats, which count more than that of the batch", async () => {
    const path = file(
      "formats.jsonl",
      { prompt: "a", json_schema: PERSON },
      { prompt: "b", regex: "[ab]{3}" },
      { prompt: "c", choices: ["the", "word"] },
      { prompt: "d" },
      { prompt: "e", json_schema: false },
    );
    const records = await readPrompts([path]);
    expect(records.map(({ settings }) => settings.format)).toEqual([
      { schema: PERSON },
      { regex: "[ab]{3}" },
      { choices: ["the", "word"] },
      undefined,
      { schema: false },
    ]);
    const texts: string[] = [];
    const settings = { model: babbling, out: join(folder, "out.jsonl"), format: { regex: "x" } };
    for await (const { written } of writeAll(records.slice(0, 4), settings))
      if (written) texts.push(written.answer.text);
    expect(Object.keys(JSON.parse(texts[0]))).toEqual(PERSON.required);
    expect(texts[1]).toMatch(/^[ab]{3}$/);
    expect(["the", "word"]).toContain(texts[2]);
    expect(texts[3]).toBe("x");
    const changed = { ...settings, format: { regex: "y" } };
    await expect(writeAll(records.slice(0, 4), changed).next()).rejects.toThrow(
      /line 4, answers another prompt/,
    );
    await expect(
      writeAll(records.slice(4), { ...settings, out: join(folder, "no.jsonl") }).next(),
    ).rejects.toThrow(/formats\.jsonl, line 5: /);
  });

  it.each([
    [
      { prompt: "a", regex: "a", choices: ["b"] },
      /line 1 is no prompt .*at most one of json_schema, regex, choices/,
    ],
    [{ prompt: "a", regex: 5 }, /line 1 is no prompt \(regex: /],
    [{ prompt: "a", choices: "b" }, /line 1 is no prompt \(choices: /],
  ])("are refused: %j", async (record, message) => {
    await expect(readPrompts([file("bad.jsonl", record)])).rejects.toThrow(message);
  });

  it("with a format that is none are named before anything is answered", async () => {
    for (const bad of [{ json_schema: null }, { regex: "(" }, { choices: [] }]) {
      const records = await readPrompts([file("none.jsonl", { prompt: "a" }, { prompt: "b", ...bad })]);
      const out = join(folder, "none-out.jsonl");
      await expect(writeAll(records, { model: babbling, out }).next()).rejects.toThrow(
        /none\.jsonl, line 2: /,
      );
    }
  });
});

it("the toy has tokens for what is written here", () => {
  expect(tokenizer.decode(tokenizer.encode('{"name": "é"}'))).toBe('{"name": "é"}');
});
