import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  buildTextDatastore,
  generateText,
  listTextModels,
  loadText,
  TEXT_DRAFTERS,
  type TextDrafterName,
  type TextModel,
  writeDatastore,
} from "../../src/text/index.js";
import { TEMPLATE, toyTokenizer } from "./toy.js";

const root = mkdtempSync(join(tmpdir(), "foretoken-text-"));
// What is learned and measured here stays here.
const cache = process.env.FORETOKEN_CACHE;
process.env.FORETOKEN_CACHE = join(root, "cache");
afterAll(() => {
  process.env.FORETOKEN_CACHE = cache;
  if (cache === undefined) delete process.env.FORETOKEN_CACHE;
  rmSync(root, { recursive: true });
});

const joe = fileURLToPath(new URL("../../models/joe/", import.meta.url));
const { draft: graph } = JSON.parse(readFileSync(`${joe}model.json`, "utf8"));
const VISIBLE = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join("");

/** A folder of a text model: a small graph that babbles, whatever it reads, and a tokenizer for it. */
function folder(
  name: string,
  change: object = {},
  tokenizer = toyTokenizer({ first: `${VISIBLE} \n` }),
): string {
  const path = join(root, name);
  mkdirSync(path);
  copyFileSync(`${joe}${graph.graph}`, join(path, "target.onnx"));
  writeFileSync(join(path, "tokenizer.json"), tokenizer);
  writeFileSync(join(path, "chat_template.jinja"), TEMPLATE);
  writeFileSync(join(path, "README.md"), "# Toy\n");
  const files = ["target.onnx", "tokenizer.json", "chat_template.jinja"].map((file) => {
    const content = readFileSync(join(path, file));
    return [file, { bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") }];
  });
  const manifest = {
    format: 1,
    kind: "text",
    name,
    version: "1.0.0",
    license: "none",
    card: "README.md",
    files: Object.fromEntries(files),
    target: { ...graph, graph: "target.onnx", float: "target.onnx" },
    tokenizer: "tokenizer.json",
    end: [2, 0],
    chat: { template: "chat_template.jinja", system: "Be brief." },
    maxTokens: 40,
    sampling: { temperature: 1 },
    ...change,
  };
  writeFileSync(join(path, "model.json"), JSON.stringify(manifest));
  return path;
}

describe("a text model", () => {
  const path = folder("toy");
  let model: TextModel;
  beforeAll(async () => {
    model = await loadText(path, { threads: 1 });
  });
  const write = (drafter: TextDrafterName, options = {}) =>
    generateText("Hello there", {
      model,
      drafter,
      draftLength: drafter === "none" ? undefined : 3,
      ...options,
    });

  it("is loaded from its folder, with its own defaults", async () => {
    expect(model.decode(model.chat([{ role: "user", content: "Hi" }]), { special: true })).toBe(
      "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
    );
    expect(model.count("Hi")).toBe(model.chat([{ role: "user", content: "Hi" }]).length);
    expect(model.count("Hi", { raw: true })).toBe(2);
    expect(model.count("a".repeat(5000), { raw: true })).toBe(5000);
    expect(model.decode(model.encode("Hi <|im_end|>"))).toBe("Hi <|im_end|>");
    const answer = await write("none");
    expect(answer.tokens.length).toBeGreaterThan(0);
    expect(answer.tokens.length).toBeLessThanOrEqual(40);
  });

  it("says the same with every drafter, and what it has read before changes nothing", async () => {
    await model.target.clear();
    const plain = await write("none", { logprobs: 2 });
    const rows = JSON.stringify(plain.logprobs);
    expect(model.target.kept.sessions).toBe(1);
    expect(model.target.kept.bytes).toBe(256 * graph.layers * 2 * graph.keyValueHeads * graph.headSize * 4);
    for (const drafter of ["none", "lookup"] as const) {
      const again = await write(drafter, { logprobs: 2 });
      expect(again.tokens).toEqual(plain.tokens);
      expect(JSON.stringify(again.logprobs)).toBe(rows);
    }
    const forgetful = await loadText(path, { threads: 1, cacheMegabytes: 0 });
    const fresh = await write("lookup", { logprobs: 2, model: forgetful });
    expect(forgetful.target.kept.sessions).toBe(0);
    expect(JSON.stringify(fresh.logprobs)).toBe(rows);
  });

  it("says the same with every drafter there is", async () => {
    // Without pairs: the graph knows the tokens of single letters only.
    const letters = toyTokenizer({ first: `${VISIBLE} \n`, merges: [] });
    const spelled = folder("spelled", {}, letters);
    const store = join(root, "toy.fds");
    const plain = await write("none", { model: await loadText(spelled, { threads: 1 }) });
    const texts = ["Hello there", plain.text.replace(/[^ -~]/g, "")];
    await writeDatastore(store, await buildTextDatastore(texts, { model: spelled }));
    const parts = { threads: 1, draft: folder("small", {}, letters), datastore: store };
    const all = await loadText(spelled, parts);
    // These come with a model of their own.
    const own: readonly TextDrafterName[] = [
      "ngrams",
      "eagle",
      "medusa",
      "block",
      "specdec",
      "specinfer",
      "skip",
      "exit",
      "pass",
    ];
    for (const drafter of own)
      await expect(write(drafter, { model: all })).rejects.toThrow('"spelled" has no');
    const names = (Object.keys(TEXT_DRAFTERS) as TextDrafterName[]).filter((name) => !own.includes(name));
    for (const drafter of names) {
      const { tokens, metrics } = await write(drafter, { model: all, reference: plain.text });
      expect([drafter, tokens]).toEqual([drafter, plain.tokens]);
      const drafted = { none: 0 }[drafter as string] ?? expect.any(Number);
      expect([drafter, metrics.drafted]).toEqual([drafter, drafted]);
    }
    const { metrics } = await write("rest", { model: all });
    expect(metrics.accepted).toBeGreaterThan(0);
    expect(all.defaultDrafter).toBe("model");
    const stored = await loadText(spelled, { threads: 1, datastore: store });
    expect(stored.defaultDrafter).toBe("rest");
    await expect(write("rest")).rejects.toThrow('the drafter "rest" needs a datastore');
  });

  it("forgets what its drafters have learned, and copies the prompt where there is nothing else", async () => {
    const passes = async (drafter: TextDrafterName) => (await write(drafter, { model })).metrics.passes;
    for (const drafter of ["suffix", "recycling", "osd"] as const) {
      model.forget();
      const first = await passes(drafter);
      expect(await passes(drafter)).toBeLessThan(first);
      model.forget();
      expect(await passes(drafter)).toBe(first);
    }
    expect((await write("spans", { reference: undefined })).metrics.drafted).toBeGreaterThan(0);
  });

  it("drafts with another model of the same tokens", async () => {
    const plain = await write("none");
    const drafted = await loadText(path, { threads: 1, draft: folder("draft") });
    expect(drafted.defaultDrafter).toBe("model");
    const { tokens, metrics } = await write("model", { model: drafted });
    expect(tokens).toEqual(plain.tokens);
    expect(metrics.tokensPerPass).toBeGreaterThan(2);
    await expect(write("model")).rejects.toThrow(
      'the model "toy" has no small model to draft for it: name one (draft), or another drafter',
    );
  });

  it("drafts with the small model of its own", async () => {
    const plain = await write("none");
    const own = await loadText(folder("own", { draft: { ...graph, graph: "target.onnx" } }), { threads: 1 });
    const { tokens } = await write("model", { model: own });
    expect(tokens).toEqual(plain.tokens);
  });

  it("drafts for itself, with parts of it and with look-ahead tokens", async () => {
    const plain = await write("none");
    // All of its layers, and a table that has rows behind the vocabulary.
    const part = { graph: "target.onnx", layers: [...Array(graph.layers).keys()] };
    const target = { ...graph, graph: "target.onnx", float: "target.onnx", lookAhead: 2 };
    const own = await loadText(folder("selfish", { skip: part, exit: part, target }), { threads: 1 });
    for (const drafter of ["skip", "exit", "pass"] as const) {
      const { tokens, metrics } = await write(drafter, { model: own });
      expect([drafter, tokens]).toEqual([drafter, plain.tokens]);
      expect(metrics.drafted, drafter).toBeGreaterThan(0);
      if (drafter !== "pass") expect(metrics.accepted, drafter).toBe(metrics.drafted);
    }
    const wrong = folder("wrong", { skip: { graph: "target.onnx", layers: [0, 9] } });
    await expect(write("skip", { model: await loadText(wrong, { threads: 1 }) })).rejects.toThrow(
      "a part reads layer 9 of its target, which has 2",
    );
  });

  it("refuses a draft model of other tokens, by the first that differs", async () => {
    const other = folder("other", {}, toyTokenizer({ first: `b${VISIBLE}` }));
    const drafted = await loadText(path, { threads: 1, draft: other });
    await expect(write("model", { model: drafted })).rejects.toThrow(
      'the draft model "other" has another tokenizer than "toy": token 3 is "b" there and "!" here',
    );
  });

  it("has a float32 form that is exact for trees, if its folder has one", async () => {
    const float = await loadText(path, { threads: 1, weights: "float32" });
    expect([model.target.exact, float.target.exact]).toEqual(["chain", "tree"]);
    expect((await write("none", { model: float })).tokens.length).toBeGreaterThan(0);
    const without = folder("without", { target: { ...graph, graph: "target.onnx" } });
    await expect(loadText(without, { weights: "float32" })).rejects.toThrow(
      'the model "without" has no float32 form: leave weights out',
    );
  });

  it("is named where something is wrong with it", async () => {
    await expect(loadText(join(root, "none"))).rejects.toThrow(/there is no model folder/);
    await expect(loadText(folder("endless", { end: [] }))).rejects.toThrow(
      /model\.json is not a valid manifest: end/,
    );
    const torn = folder("torn");
    writeFileSync(join(torn, "tokenizer.json"), "{}");
    await expect(loadText(torn)).rejects.toThrow(/tokenizer\.json has 2 bytes, expected/);
    await expect(loadText(path, { cacheMegabytes: -1 })).rejects.toThrow("megabytes is -1");
  });

  it("is found by its name", () => {
    process.env.FORETOKEN_MODELS = root;
    expect(listTextModels()).toContain("toy");
    delete process.env.FORETOKEN_MODELS;
  });
});
