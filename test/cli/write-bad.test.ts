import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { badInputChecks } from "./bad-input.js";
import { cli, temporaryFolder } from "./helpers.js";

const place = temporaryFolder();
const { path, folder, named } = place;

beforeAll(() => {
  writeFileSync(path("empty.txt"), "\n");
  writeFileSync(path("bytes.txt"), Buffer.from([97, 98, 0xff]));
  writeFileSync(path("good.txt"), "Why?\n");
  writeFileSync(path("good.jsonl"), '{"prompt": "one"}\n{"prompt": "two"}\n');
  writeFileSync(path("bad.jsonl"), '{"prompt": "one"}\n{"text": "two"}\n');
  writeFileSync(path("torn.jsonl"), '{"prompt": "one"}\n{"prompt": "tw');
  writeFileSync(path("long.jsonl"), `{"prompt": "one"}\n{"prompt": "${"word ".repeat(300)}"}\n`);
  writeFileSync(path("hot.jsonl"), '{"prompt": "one", "temperature": -2}\n');
  writeFileSync(path("mine.jsonl"), '{"name": "mine"}\nhalf a li');
  writeFileSync(path("torn.json"), '{"type": ');
  writeFileSync(path("list.json"), "[1]");
  writeFileSync(path("typo.json"), '{"type": "objekt"}');
  writeFileSync(path("endless.json"), '{"$ref": "#"}');
  writeFileSync(
    path("recursive.json"),
    '{"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"], "additionalProperties": false}',
  );
  writeFileSync(path("formats.jsonl"), '{"prompt": "a"}\n{"prompt": "b", "regex": "("}\n');
  mkdirSync(path("sub.txt"));
  symlinkSync("/dev/null", path("null.txt"));
});

const out = ["-o", path("x.txt")];
const lines = ["-o", path("x.jsonl")];
const batch = (name: string, ...more: string[]) => ["-f", path(name), ...(more.length ? more : lines)];

describe("bad input", () => {
  badInputChecks("write", place, [
    ["an empty prompt", ["", ...out], 2, /^foretoken: the prompt is empty: give some text\n$/],
    ["white space", [" \t\n", ...out], 2, /the prompt is empty/],
    ["a relax by itself", ["Why?", "--relax", "1", ...out], 2, /--relax needs --verifier NAME: .*typical/],
    [
      "a lossless relax",
      ["Why?", "--relax", "1", "--verifier", "block", ...out],
      2,
      /"block" is lossless and takes no relax: .*typical/,
    ],
    [
      "too large a relax",
      ["Why?", "--relax", "2", "--verifier", "typical", ...out],
      2,
      /relax is 2: for the verifier "typical" give a number from 0 to 1/,
    ],
    ["no raw prompt", ["", "--raw", ...out], 2, /the prompt is empty/],
    ["empty standard input", out, 2, /standard input is empty: give some text/],
    ["an empty file", ["-f", path("empty.txt"), ...out], 2, /empty\.txt is empty: give some text/],
    ["a missing file", ["Why?", "-f", path("no.txt"), ...out], 1, /no\.txt: there is no such file/],
    ["a folder as a file", ["Why?", "-f", folder, ...out], 1, /it is a folder/],
    [
      "bytes that are no text",
      ["-f", path("bytes.txt"), ...out],
      1,
      /bytes\.txt is not valid UTF-8: byte 2 is 0xff/,
    ],
    ["piped bytes", out, 1, /standard input is not valid UTF-8: byte 0 is 0xfe/, Buffer.from([0xfe, 97])],
    [
      "a missing reference",
      ["Why?", "--reference", path("no.txt"), ...out],
      1,
      /no\.txt: there is no such file/,
    ],
    [
      "a missing schema",
      ["Why?", "--json-schema", path("no.json"), ...out],
      1,
      /no\.json: there is no such file/,
    ],
    [
      "a schema that is no JSON",
      ["Why?", "--json-schema", path("torn.json"), ...out],
      1,
      /torn\.json is not JSON/,
    ],
    [
      "no schema",
      ["Why?", "--json-schema", path("list.json"), ...out],
      2,
      /list\.json: # is no JSON schema: "\[1\]"/,
    ],
    [
      "a schema of another type",
      ["Why?", "--json-schema", path("typo.json"), ...out],
      2,
      /typo\.json: #\/type is no part of a JSON schema/,
    ],
    [
      "a schema of itself",
      ["Why?", "--json-schema", path("endless.json"), ...out],
      2,
      /endless\.json: # refers to itself/,
    ],
    [
      "a schema that no text ends",
      ["Why?", "--json-schema", path("recursive.json"), ...out],
      2,
      /recursive\.json: no text can be written for this schema: #\/properties\/a/,
    ],
    ["no schema piped in", ["Why?", "--json-schema", "-", ...out], 1, /standard input is not JSON/, "{"],
    ["no pattern", ["Why?", "--regex", "(", ...out], 2, /--regex: "\(" is no regular expression/],
    ["a pattern of no text", ["Why?", "--regex", "a^b", ...out], 2, /--regex: .* matches no text/],
    ["an empty choice", ["Why?", "--choice", "", ...out], 2, /--choice: there is nothing to choose from/],
    [
      "a schema and any JSON",
      ["Why?", "--any-json", "--json-schema", path("typo.json"), ...out],
      2,
      /cannot be used with/,
    ],
    ["a form in a batch", batch("formats.jsonl"), 2, /formats\.jsonl, line 2: "\(" is no regular expression/],
    ["a form of a batch", batch("good.jsonl", "--regex", "(", ...lines), 2, /--regex: "\(" is no regular/],
    ["two forms", ["Why?", "--regex", "a", "--choice", "b", ...out], 2, /cannot be used with/],
    [
      "a long prompt",
      ["word ".repeat(300), ...out],
      2,
      /the prompt has 300 tokens, and .* context holds 200/,
    ],
    ["a system text of a raw prompt", ["Why?", "--raw", "--system", "Hm.", ...out], 2, /cannot be used with/],
    ["an unknown extension", ["Why?", "-o", path("x.tx")], 2, /ends in \.tx: did you mean \.txt\?/],
    ["no extension", ["Why?", "-o", path("x")], 2, /has no extension: choose one of \.txt \.md/],
    ["a file of lines for one answer", ["Why?", ...lines], 2, /ends in \.jsonl: choose one of \.txt \.md/],
    ["a missing folder", ["Why?", "-o", path("no/x.txt")], 1, /there is no folder .*no; make it first/],
    ["a folder in its place", ["Why?", "-o", path("sub.txt")], 1, /it is a folder; name a file in it/],
    ["a device in its place", ["Why?", "-o", path("null.txt")], 1, /leave -o out, and use > /],
    ["two outputs", ["Why?", ...out, "-o", path("y.txt")], 2, /given twice, .*x\.txt and .*y\.txt/],
    ["too many answers", ["Why?", "-n", "101", ...out], 2, /Give a whole number from 1 to 100/],
    ["no tokens", ["Why?", "--max-tokens", "0", ...out], 2, /Give a whole number, 1 or more/],
    ["a share above 1", ["Why?", "--top-p", "1.5", ...out], 2, /Give a number from 0\.01 to 1/],
    ["a temperature below 0", ["Why?", "--temperature", "-1", ...out], 2, /Give a number from 0 to 100/],
    [
      "chances without a place",
      ["Why?", "--logprobs", "2", ...out],
      2,
      /--logprobs needs a place for them: --json/,
    ],
    ["too many chances", ["Why?", "--json", "--logprobs", "101"], 2, /Give a whole number from 0 to 100/],
    ["an unknown model", ["Why?", "--model", "smolm2", ...out], 2, /no model smolm2: did you mean smollm2\?/],
    ["a missing model folder", ["Why?", "--model", "./none", ...out], 2, /there is no model folder \.\/none/],
    ["an unknown draft model", ["Why?", "--draft", "tini", ...out], 2, /no model tini: did you mean tiny\?/],
    [
      "an unknown drafter",
      ["Why?", "--drafter", "sufix", ...out],
      2,
      /Did you mean suffix\? Choose one of auto, lookup/,
    ],
    ["weights that are none", ["Why?", "--weights", "float16", ...out], 2, /Did you mean float32\?/],
    [
      "rest without a datastore",
      ["Why?", "--drafter", "rest", ...out],
      2,
      /--drafter rest needs --datastore FILE/,
    ],
    [
      "a datastore for another drafter",
      ["Why?", "--drafter", "lookup", "--datastore", "a.fds", ...out],
      2,
      /--datastore is for --drafter rest, not lookup/,
    ],
    [
      "a small model for another drafter",
      ["Why?", "--drafter", "suffix", "--draft", "tiny", ...out],
      2,
      /--draft is for --drafter model or cascade, not suffix/,
    ],
    [
      "a datastore for no guesses",
      ["Why?", "--plain", "--datastore", "a.fds", ...out],
      2,
      /--plain makes none/,
    ],
    [
      "two that guess",
      ["Why?", "--draft", "tiny", "--datastore", "a.fds", ...out],
      2,
      /choose one with --drafter/,
    ],
    ["plain guesses", ["Why?", "--plain", "--drafter", "lookup", ...out], 2, /cannot be used with/],
    ["a comparison with the text", ["Why?", "--compare", "-o", "-"], 2, /leave -o - out, or name a file/],
    [
      "a prompt beside a batch",
      ["Why?", ...batch("good.jsonl")],
      2,
      /good\.jsonl holds prompts, and there is one beside/,
    ],
    ["a batch without a place", batch("good.jsonl", "-q"), 2, /where should the answers of a batch go\?/],
    [
      "a batch to standard output",
      batch("good.jsonl", "-o", "-"),
      2,
      /where should the answers of a batch go\?/,
    ],
    ["a batch in a text", batch("good.jsonl", ...out), 2, /ends in \.txt: choose one of \.jsonl/],
    ["a batch in a missing folder", batch("good.jsonl", "-o", path("no/x.jsonl")), 1, /there is no folder/],
    ["a batch compared", batch("good.jsonl", "--compare", ...lines), 2, /--compare is for one prompt/],
    [
      "a piped batch",
      ["-f", "-", "-f", path("good.txt"), ...lines],
      2,
      /standard input is one prompt, and no batch/,
    ],
    ["a line that is no prompt", batch("bad.jsonl"), 1, /bad\.jsonl, line 2 is no prompt/],
    ["a torn line", batch("torn.jsonl"), 1, /torn\.jsonl, line 2 is not JSON/],
    ["a long prompt in a batch", batch("long.jsonl"), 2, /long\.jsonl, line 2: the prompt has 300 tokens/],
    ["a setting in a batch", batch("hot.jsonl"), 2, /hot\.jsonl, line 1: temperature is -2/],
    [
      "a file of a batch that is none",
      ["-f", path("good.txt"), "-f", path("sub.txt"), ...lines],
      1,
      /it is a folder/,
    ],
    [
      "answers in a file of something else",
      batch("good.jsonl", "-o", path("mine.jsonl")),
      1,
      /mine\.jsonl, line 1, is no answer of a batch/,
    ],
  ]);

  it("leaves a file of something else as it was", () => {
    expect(readFileSync(path("mine.jsonl"), "utf8")).toBe('{"name": "mine"}\nhalf a li');
    expect(named("mine")).toEqual(["mine.jsonl"]);
  });

  it("refuses answers to other prompts or of other settings", async () => {
    const argv = ["write", ...batch("good.jsonl", "-o", path("answers.jsonl"), "-q")];
    expect((await cli(argv)).code).toBe(0);
    const before = readFileSync(path("answers.jsonl"), "utf8");
    const { code, err } = await cli([...argv, "--seed", "4"]);
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/line 1, answers another prompt, or with other settings/),
    ]);
    expect(readFileSync(path("answers.jsonl"), "utf8")).toBe(before);
  });

  it("asks for a prompt when there is none and nobody pipes any in", async () => {
    const { code, err } = await cli(["write"], { terminal: ["stdin"] });
    expect([code, err]).toEqual([2, expect.stringContaining('there is no prompt: foretoken write "Why is')]);
  });
});
