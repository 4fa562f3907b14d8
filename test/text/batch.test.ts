import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  type BatchOptions,
  generateText,
  readPrompts,
  type TextRecord,
  writeAll,
} from "../../src/text/index.js";
import { namedVerifier } from "../../src/verifiers/index.js";
import { babblingModel, toyText } from "./toy.js";

const folder = mkdtempSync(join(tmpdir(), "foretoken-batch-"));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const file = (content: string, ending = "jsonl") => {
  const path = join(folder, `${count++}.${ending}`);
  writeFileSync(path, content);
  return path;
};
const newFile = () => join(folder, `${count++}.jsonl`);

describe("prompts of files", () => {
  it("are one a text file, as it is, and one a line of records", async () => {
    const text = file("\ufeffWhy?\r\n\u001b[1m Because.\n", "txt");
    const note = file("# Note\n", "md");
    const lines = file(
      [
        '{"prompt": "a", "max_tokens": 7, "temperature": 0.5, "top_k": 3, "stop": ["x"], "id": "first", "seed": 4}',
        "",
        '{"messages": [{"role": "user", "content": "b"}], "system": "Be brief.", "category": "c"}\r',
        '{"prompt": "c", "raw": true, "reference": "r", "top_p": 0.9, "min_p": 0.1}',
      ].join("\n"),
    );
    expect(await readPrompts([text, note, lines])).toEqual([
      { prompt: "Why?\r\n\u001b[1m Because.\n", source: text, settings: {} },
      { prompt: "# Note\n", source: note, settings: {} },
      {
        prompt: "a",
        id: "first",
        source: `${lines}, line 1`,
        settings: { maxTokens: 7, stop: ["x"], seed: 4, sampling: { temperature: 0.5, topK: 3 } },
      },
      {
        prompt: [{ role: "user", content: "b" }],
        source: `${lines}, line 3`,
        settings: { system: "Be brief.", sampling: {} },
      },
      {
        prompt: "c",
        source: `${lines}, line 4`,
        settings: { raw: true, reference: "r", sampling: { topP: 0.9, minP: 0.1 } },
      },
    ]);
  });

  it("say which file, line and field is wrong", async () => {
    const refused = (content: string | Buffer, ending?: string) =>
      expect(readPrompts([file(content as string, ending)])).rejects;
    await refused("a", "pdf").toThrow(/\.pdf is no file of prompts: choose one of \.txt \.md \.jsonl/);
    await refused("a", "json").toThrow(/did you mean \.jsonl\?/);
    await refused(" \n", "txt").toThrow(/is empty: put a prompt into it/);
    await refused(Buffer.from([97, 0xff]), "txt").toThrow(/is not valid UTF-8: byte 1 is 0xff/);
    await refused('{"prompt": "a"}\n{"prompt": }').toThrow(/line 2 is not JSON/);
    await refused('{"prompt": "a", "max_tokens": "7"}').toThrow(/line 1 is no prompt \(max_tokens: /);
    await refused('{"text": "a"}').toThrow(
      /line 1 is no prompt \(a record has either "prompt" or "messages"\)/,
    );
    await refused('{"prompt": "a", "messages": []}').toThrow(/either "prompt" or "messages"/);
    await expect(readPrompts([join(folder, "none.txt")])).rejects.toThrow(
      /cannot read .*none\.txt: there is no such/,
    );
  });

  it("warn of fields that are misspelt, once each", async () => {
    const lines: string[] = [];
    const path = file('{"prompt": "a", "max_token": 7, "turns": 1}\n{"prompt": "b", "max_token": 7}');
    await readPrompts([path], { warn: (line) => lines.push(line) });
    expect(lines).toEqual([`${path}, line 1: "max_token" is left alone: did you mean max_tokens?`]);
  });
});

const model = toyText(babblingModel());
const records: TextRecord[] = ["the word", "an order", "in it", "three", "four"].map((prompt, i) => ({
  prompt,
  id: `p${i}`,
  source: `list, line ${i + 1}`,
  settings: i === 3 ? { maxTokens: 5, seed: 8 } : {},
}));
const settings = { model, maxTokens: 12, seed: 3, sampling: { temperature: 1 } };

async function run(out: string, options: Partial<BatchOptions> = {}, stopAfter = Number.POSITIVE_INFINITY) {
  const seen: [number, number, number, string | undefined][] = [];
  for await (const { done, of, resumed, written } of writeAll(records, { ...settings, out, ...options })) {
    seen.push([done, of, resumed, written?.record.prompt as string | undefined]);
    if (seen.length > stopAfter) break;
  }
  return seen;
}
/** The lines of a file, without what differs from run to run. */
const linesOf = (path: string) =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => ({ ...JSON.parse(line), ms: 0 }));

describe("a batch", () => {
  it("writes a line an answer, each by itself", async () => {
    const out = newFile();
    expect(await run(out)).toEqual([
      [0, 5, 0, undefined],
      ...records.map(({ prompt }, i) => [i + 1, 5, 0, prompt]),
    ]);
    const lines = linesOf(out);
    expect(lines).toHaveLength(5);
    for (const [index, { prompt, settings: own }] of records.entries()) {
      const answer = await generateText(prompt, { ...settings, ...own, stream: index });
      expect(lines[index]).toMatchObject({
        record: index,
        answer: 0,
        id: `p${index}`,
        text: answer.text,
        finish: answer.finish,
        tokens: answer.tokens.length,
        prompt_tokens: answer.promptTokens,
      });
    }
    expect(lines[3].tokens).toBeLessThanOrEqual(5);
  });

  it("goes on where it was ended, however it was, and ends up the same", async () => {
    const whole = newFile();
    await run(whole, { count: 2 });
    const wanted = linesOf(whole);
    expect(wanted).toHaveLength(10);
    const out = newFile();
    await run(out, { count: 2 }, 3);
    expect(linesOf(out)).toEqual(wanted.slice(0, 3));
    // Killed while it wrote.
    for (const cut of [1, 40]) {
      truncateSync(out, readFileSync(out).length - cut);
      const seen = await run(out, { count: 2 }, 2);
      expect(seen[0]).toEqual([2, 10, 2, undefined]);
      writeFileSync(out, `${readFileSync(out, "utf8").split("\n").slice(0, 3).join("\n")}\n`);
    }
    expect((await run(out, { count: 2 })).at(-1)?.slice(0, 3)).toEqual([10, 10, 3]);
    expect(linesOf(out)).toEqual(wanted);
    expect(await run(out, { count: 2 })).toEqual([[10, 10, 10, undefined]]);
    expect(linesOf(out)).toEqual(wanted);
  });

  it("fills in a line that was removed", async () => {
    const out = newFile();
    await run(out);
    const wanted = linesOf(out);
    const text = readFileSync(out, "utf8").split("\n");
    writeFileSync(out, text.filter((_, i) => i !== 1).join("\n"));
    await run(out);
    expect(linesOf(out)).toEqual([...wanted.filter((_, i) => i !== 1), wanted[1]]);
  });

  it("does not mix with other settings, other prompts or other files", async () => {
    const out = newFile();
    await run(out);
    const before = readFileSync(out, "utf8");
    const other = `${out}, line 1, answers another prompt, or with other settings: name a new file, or remove that line`;
    await expect(run(out, { seed: 4 })).rejects.toThrow(other);
    await expect(run(out, { sampling: { temperature: 0.5 } })).rejects.toThrow(other);
    const swapped = writeAll([records[1], records[0]], { ...settings, out });
    await expect(swapped.next()).rejects.toThrow(other);
    await expect(run(out, { verifier: namedVerifier("typical") })).rejects.toThrow(other);
    const loose = newFile();
    await run(loose, { verifier: namedVerifier("typical", 0.5) });
    await expect(run(loose, { verifier: namedVerifier("typical", 0.2) })).rejects.toThrow("other settings");
    // Whatever drafts, the answers are the same.
    expect(await run(out, { drafter: "none" })).toEqual([[5, 5, 5, undefined]]);
    expect(readFileSync(out, "utf8")).toBe(before);
    await expect(run(file("mine\n"))).rejects.toThrow(
      /line 1, is not JSON .*: name a file that is one, or a new one/,
    );
    await expect(run(file('{"a": 1}\n'))).rejects.toThrow(/is no answer of a batch \(record: /);
  });

  it("finds what is wrong before it writes anything", async () => {
    const out = newFile();
    const wrong = { prompt: "x ".repeat(500), source: "list, line 9", settings: {} };
    const attempt = (record: TextRecord) => writeAll([...records, record], { ...settings, out }).next();
    await expect(attempt(wrong)).rejects.toThrow(/^list, line 9: the prompt has \d+ tokens/);
    const hot = { prompt: "x", source: "list, line 9", settings: { sampling: { temperature: -1 } } };
    await expect(attempt(hot)).rejects.toThrow(/^list, line 9: temperature is -1/);
    expect(existsSync(out)).toBe(false);
    await expect(writeAll([], { ...settings, out }).next()).rejects.toThrow("there are no prompts");
  });
});
