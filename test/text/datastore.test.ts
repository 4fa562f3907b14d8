import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { buildDatastore } from "../../src/drafters/index.js";
import {
  buildTextDatastore,
  findTextModel,
  openDatastore,
  readDocuments,
  writeDatastore,
} from "../../src/text/index.js";
import { vocabularyOf } from "../../src/text/vocabulary.js";
import { modelFolder } from "./folder.js";
import { tokenizer, toyTokenizer } from "./toy.js";

const root = mkdtempSync(join(tmpdir(), "foretoken-store-"));
afterAll(() => rmSync(root, { recursive: true }));
const path = (name: string) => join(root, name);

const model = modelFolder(path("toy"));
const vocabulary = vocabularyOf(findTextModel(model).manifest);
const END = 2;

describe("a datastore of texts", () => {
  const documents = ["the owl and the word", "", "the other <|im_end|>"];
  const tokens = documents.flatMap((text) => (text === "" ? [] : [...tokenizer.encode(text), END]));

  it("has the documents' tokens, each ended, names of special tokens as text", async () => {
    const store = await buildTextDatastore(documents, { model });
    expect(Array.from(store.tokens)).toEqual(tokens);
    expect(store).toMatchObject({ documents: 2, separators: [END, 0], vocabularySize: tokenizer.size });
    expect(store.suffixes).toEqual(buildDatastore(Uint16Array.from(tokens), [END, 0]).suffixes);
  });

  it("divides long texts where no token reaches across", async () => {
    const lines = Array.from({ length: 9000 }, (_, i) => `the ${i} word${i % 3 ? "" : "\n\n  and"}`).join(
      "\n",
    );
    const told: number[] = [];
    const store = await buildTextDatastore([lines], { model, onProgress: ({ tokens }) => told.push(tokens) });
    expect(Array.from(store.tokens)).toEqual([...tokenizer.encode(lines), END]);
    expect(told.length).toBeGreaterThan(2);
    const endless = "x".repeat(200_000);
    expect((await buildTextDatastore([endless], { model })).tokens).toHaveLength(200_001);
  });

  it("can be stopped", async () => {
    const stop = new AbortController();
    const started = buildTextDatastore(["the owl\n".repeat(50_000)], {
      model,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error("enough")),
    });
    await expect(started).rejects.toThrow("enough");
  });

  it.each([
    ["16 bits", tokenizer.size, Uint16Array],
    ["32 bits", 70_000, Uint32Array],
  ])("goes to a file and back, tokens of %s", async (_, size, Tokens) => {
    const folder = size > 65_536 ? modelFolder(path("large"), toyTokenizer(), size) : model;
    const store = await buildTextDatastore(documents, { model: folder });
    await writeDatastore(path("a.fds"), store);
    const back = openDatastore(path("a.fds"), vocabularyOf(findTextModel(folder).manifest));
    expect(back.tokens).toBeInstanceOf(Tokens);
    expect(back.tokens).toEqual(store.tokens);
    expect(Array.from(back.suffixes)).toEqual(Array.from(store.suffixes));
    expect(back).toMatchObject({ documents: 2, separators: [END, 0], vocabularySize: size });
    // Both are views of what was read.
    expect(back.suffixes.buffer).toBe(back.tokens.buffer);
    expect(readdirSync(root).filter((name) => name.includes(".part"))).toEqual([]);
  });

  it("is refused to a model of another tokenizer, both named", async () => {
    await writeDatastore(path("own.fds"), await buildTextDatastore(documents, { model }));
    const other = modelFolder(path("other"), toyTokenizer({ merges: ["t h"] }));
    const hash = (of: string) => vocabularyOf(findTextModel(of).manifest).tokenizer.slice(0, 8);
    expect(() => openDatastore(path("own.fds"), vocabularyOf(findTextModel(other).manifest))).toThrow(
      `own.fds is made of the tokens of the model "toy" (tokenizer ${hash(model)}), and "other" has another tokenizer (${hash(other)}): build it again with the model other`,
    );
    // Another model of the same tokens may have it.
    const twin = modelFolder(path("twin"));
    expect(openDatastore(path("own.fds"), vocabularyOf(findTextModel(twin).manifest)).documents).toBe(2);
  });

  it("is named where it is broken, torn or none at all", async () => {
    const opened = (name: string, content?: string | Buffer) => {
      if (content !== undefined) writeFileSync(path(name), content);
      return expect(() => openDatastore(path(name), vocabulary));
    };
    const whole = readFileSync(path("own.fds"));
    opened("none.fds").toThrow(/cannot read .*none\.fds: there is no such file/);
    opened("toy").toThrow(/cannot read .*toy: it is a folder/);
    opened("empty.fds", "").toThrow(/empty\.fds is no datastore: give a file that foretoken datastore build/);
    opened("text.fds", "Hello.\nThere.\n").toThrow(/text\.fds is no datastore: give a file/);
    opened("json.fds", '{"format": "x"}\n').toThrow(/json\.fds is no datastore \(format: /);
    opened("long.fds", "x".repeat(10_000)).toThrow(/long\.fds is no datastore/);
    opened("torn.fds", whole.subarray(0, -9)).toThrow(/torn\.fds has \d+ bytes, expected \d+: it is torn/);
    opened("more.fds", Buffer.concat([whole, whole])).toThrow(/it is torn/);
    const wrong = Buffer.from(whole);
    wrong.fill(0xff, whole.indexOf("\n") + 1, whole.indexOf("\n") + 5);
    opened("wrong.fds", wrong).toThrow(/wrong\.fds is broken: it has numbers that are out of range/);
    const suffix = Buffer.from(whole);
    suffix.fill(0xff, whole.length - 16, whole.length - 12);
    opened("suffix.fds", suffix).toThrow(/suffix\.fds is broken/);
  });

  it("cannot be made of nothing, nor anywhere", async () => {
    await expect(buildTextDatastore(["", ""], { model })).rejects.toThrow("a datastore needs text");
    const small = modelFolder(path("small"), toyTokenizer(), 260);
    await expect(buildTextDatastore(["the owl"], { model: small })).rejects.toThrow(
      /the tokenizer of the model "small" has a token 26\d, and the model knows 260: they do not belong together/,
    );
    await expect(buildTextDatastore(["a"], { model: path("gone") })).rejects.toThrow("no model folder");
    const store = await buildTextDatastore(documents, { model });
    await expect(writeDatastore(path("no/a.fds"), store)).rejects.toThrow(/there is no folder .*no; make it/);
    await expect(writeDatastore(root, store)).rejects.toThrow("it is a folder; name a file in it");
  });
});

describe("documents", () => {
  const all = async (...paths: string[]) => {
    const read: string[] = [];
    for await (const document of readDocuments(paths)) read.push(document);
    return read;
  };

  it("are one a file, and one a line of records", async () => {
    writeFileSync(path("a.md"), "# A\n");
    writeFileSync(path("b.jsonl"), '{"text": "one", "tokens": 3}\n\n{"text": "two"}\n');
    expect(await all(path("a.md"), path("b.jsonl"))).toEqual(["# A\n", "one", "two"]);
  });

  it("say what is wrong with them", async () => {
    writeFileSync(path("bad.jsonl"), '{"text": "one"}\n{"prompt": "two"}\n');
    writeFileSync(path("bytes.txt"), Buffer.from([97, 0xff]));
    await expect(all(path("bad.jsonl"))).rejects.toThrow(/bad\.jsonl, line 2, is no document \(text: /);
    await expect(all(path("bytes.txt"))).rejects.toThrow(/bytes\.txt is not valid UTF-8: byte 1 is 0xff/);
    await expect(all(path("gone.txt"))).rejects.toThrow(/gone\.txt: there is no such file/);
  });
});
