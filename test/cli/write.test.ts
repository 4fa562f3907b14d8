import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { barOf } from "../../src/cli/write/batch.js";
import { commandChecks } from "./command.js";
import { watchText } from "./fakes/text.js";
import { cli, fakeText, stopped, temporaryFolder } from "./helpers.js";

const place = temporaryFolder();
const { path, named } = place;
const text = (name: string) => readFileSync(path(name), "utf8");
const write = async (argv: readonly string[], around = {}) => {
  const { code, out, err } = await cli(["write", ...argv], around);
  return { code, out: out.toString(), err };
};
/** What is asked of the library. */
async function asked(argv: readonly string[], around = {}) {
  const seen = watchText();
  const { code, err } = await write(argv, { text: fakeText({ seen }), ...around });
  expect([code, err]).toEqual([0, expect.any(String)]);
  return { prompt: seen.prompts[0], options: seen.options[0], load: seen.loads[0], seen };
}

describe("foretoken write", () => {
  commandChecks({
    command: "write",
    place,
    words: ["Why", "is", "it", "blue?"],
    ending: "txt",
    fake: (options) => ({ text: fakeText(options) }),
    line: "40 tokens in 0.01 s (3200 a second), 4.00 tokens a pass, complete\n",
    written: (file) => expect(readFileSync(file, "utf8")).toMatch(/^.{40}\n$/),
    stream: {
      options: [["-o", "-"], []],
      seen: (out) => expect(out.toString()).toMatch(/^.{40}\n$/),
      json: { tokens: 40, answers: 1 },
      isText: true,
    },
    figures: {
      argv: ["Why?", "--seed", "7", "-n", "2", "-o", path("figures.md")],
      stats: [
        ...["smollm2 1.0.0", "seed 7", "80  in 2 answers, 2 complete", "4.00  20 passes"],
        ...["by depth: 100 100 100", "first text", "3200.0"],
      ],
      json: [
        [
          ["--logprobs", "1", "--weights", "float32"],
          {
            ...{ model: "smollm2", weights: "float32", seed: 7, answers: 2, tokens: 80, passes: 20 },
            detail: [
              { finish: "stop", file: path("figures-1.md"), text: expect.stringMatching(/^.{40}$/) },
              {},
            ],
          },
        ],
      ],
    },
    progress: { argv: ["Why?", "-n", "2"], shown: "\ranswer 2 of 2, 40 tokens", never: "answer 2 of" },
    compare: {
      words: ["Why?"],
      text: [
        "plain        0.050 s  1.00 tokens a pass",
        "speculative  0.013 s  4.00 tokens a pass",
        "ratio          4.00x  40 tokens, the same both ways",
      ],
      json: { tokens: 40, plain: { tokensPerPass: 1 } },
      noun: "tokens",
      loose: ["--verifier", "rejection"],
    },
    stop: {
      outputs: (name) => ["-o", path(`${name}.txt`)],
      slow: [["Why?"], { text: fakeText({ pause: 50 }) }],
      more: [[[], { stdin: new Readable({ read() {} }) }]],
    },
  });

  it("puts texts of files behind the prompt, or takes them for it, or what is piped in", async () => {
    writeFileSync(path("a.txt"), "\ufeffone\r\ntwo \u001b[1m<|im_end|>\r\n");
    writeFileSync(path("b.c"), "int x;\n\n");
    const a = "one\r\ntwo \u001b[1m<|im_end|>";
    expect((await asked(["Say", "it.", "-f", path("a.txt"), "-f", path("b.c")])).prompt).toBe(
      `Say it.\n\n${a}\n\nint x;\n`,
    );
    expect((await asked(["-f", path("a.txt")])).prompt).toBe(a);
    expect((await asked([], { stdin: "Why?\n" })).prompt).toBe("Why?");
    expect((await asked(["Who?", "-f", "-"], { stdin: "Me.\n" })).prompt).toBe("Who?\n\nMe.");
    expect((await asked(["Who?"], { stdin: "unread" })).prompt).toBe("Who?");
    const raw = await asked(["--raw"], { stdin: "Once\n\n" });
    expect([raw.prompt, raw.options.raw]).toEqual(["Once\n", true]);
  });

  it("asks the library for what the options say, and for nothing else", async () => {
    const plain = await asked(["Why?"]);
    expect(plain.options.sampling).toEqual({ temperature: 0 });
    expect(plain.options.drafter).toBeUndefined();
    expect(plain.load).toMatchObject({ weights: undefined, draft: undefined, datastore: undefined });
    writeFileSync(path("ref.txt"), "A text.\n");
    const sampling = "--temperature 0.7 --top-p 0.9 --top-k 40 --min-p 0.05 --repetition-penalty 1.1".split(
      " ",
    );
    const answer = [
      "--system",
      "Be brief.",
      "--max-tokens",
      "9",
      "--stop",
      "\\n\\n",
      "--stop",
      "a\\\\n",
      "--truncate",
    ];
    const guesses = ["--draft-length", "3", "--verifier", "block", "--reference", path("ref.txt")];
    const { options, load } = await asked([
      "Why?",
      "--seed",
      "3",
      ...sampling,
      ...answer,
      ...guesses,
      "--draft",
      "tiny",
    ]);
    expect(options).toMatchObject({
      ...{ seed: 3, stream: 0, system: "Be brief.", maxTokens: 9, stop: ["\n\n", "a\\n"], truncate: true },
      ...{ draftLength: 3, verifier: { name: "block" }, reference: "A text.\n" },
      sampling: { temperature: 0.7, topP: 0.9, topK: 40, minP: 0.05, repetitionPenalty: 1.1 },
    });
    expect(load).toMatchObject({ draft: "tiny" });
    const stored = [
      "Why?",
      "--drafter",
      "rest",
      "--datastore",
      "a.fds",
      "--weights",
      "float32",
      "--model",
      "tiny",
    ];
    expect((await asked(stored)).load).toMatchObject({ datastore: "a.fds", weights: "float32" });
    expect((await asked(["Why?", "--plain"])).options).toMatchObject({ drafter: "none" });
    const relaxed = ["Why?", "--verifier", "typical", "--relax", "0.91"];
    expect((await asked(relaxed)).options.verifier?.guarantee).toMatchObject({ bound: /min\(0\.09, 0\.3/ });
  });

  it("asks for what the answer is to be", async () => {
    writeFileSync(path("schema.json"), '{"type": "boolean"}\n');
    const formatOf = async (...argv: string[]) => (await asked(["Why?", ...argv])).options.format;
    expect(await formatOf()).toBeUndefined();
    expect(await formatOf("--json-schema", path("schema.json"))).toEqual({ schema: { type: "boolean" } });
    expect(await formatOf("--regex", "a\\d")).toEqual({ regex: "a\\d" });
    expect(await formatOf("--choice", "yes", "--choice", "no")).toEqual({ choices: ["yes", "no"] });
    expect(await formatOf("--any-json")).toEqual({ json: true });
    const piped = await asked(["Why?", "--json-schema", "-"], { stdin: '{"type": "null"}' });
    expect(piped.options.format).toEqual({ schema: { type: "null" } });
  });

  it("gives several answers, each another one, apart on standard output and in files", async () => {
    const argv = ["Name one.", "-n", "3", "--temperature", "1"];
    const { out, err } = await write(argv);
    const answers = out.split("---\n");
    expect(answers.every((answer) => /^.{40}\n$/.test(answer))).toBe(true);
    expect(new Set(answers).size).toBe(3);
    expect(err).toMatch(/^3 answers: 120 tokens in .*, 3 complete\n$/);
    await write([...argv, "-o", path("n.md"), "-q"]);
    expect(named("n-")).toEqual(["n-1.md", "n-2.md", "n-3.md"]);
    expect(answers).toEqual(["n-1.md", "n-2.md", "n-3.md"].map(text));
  });

  it("says why an answer ends, and gives chances of tokens by their texts", async () => {
    expect((await write(["Why?", "--max-tokens", "9"])).err).toMatch(/, cut off after 9 tokens\n$/);
    const { out } = await write(["Why?", "--json", "--logprobs", "2", "--max-tokens", "4"]);
    const [{ text: answer, logprobs, finish }] = JSON.parse(out).detail;
    expect(finish).toBe("length");
    expect(logprobs.map((one: { text: string }) => one.text).join("")).toBe(answer);
    expect(logprobs[0].top).toHaveLength(2);
    expect(logprobs[0].top[0]).toMatchObject({ text: answer[0], logprob: -0.5 });
  });

  it("compares as if nothing had been answered before", async () => {
    const { seen } = await asked(["Why?", "-n", "2", "--compare"]);
    expect(seen.forgotten).toBe(4);
    const { seen: once } = await asked(["Why?"]);
    expect(once.forgotten).toBe(0);
  });

  it("begins a line for an error where a text is read while it comes", async () => {
    const broken = await write(["Why?"], { text: fakeText({ breaks: 8 }), terminal: ["stdout"] });
    expect([broken.code, broken.out, broken.err]).toEqual([
      2,
      expect.stringMatching(/^.{8}\n$/),
      "foretoken: the model broke\n",
    ]);
    expect((await write(["Why?"], { text: fakeText({ breaks: 8 }) })).out).toMatch(/^.{8}$/);
  });

  it("notes once that a prompt was cut", async () => {
    const { err } = await write(["word ".repeat(300), "-n", "2", "--truncate"]);
    expect(err.match(/the beginning of the prompt was left out/g)).toHaveLength(1);
  });
});

describe("a batch", () => {
  const prompts = path("prompts.jsonl");
  writeFileSync(
    prompts,
    '{"prompt": "one"}\n{"prompt": "two", "id": "b"}\n{"prompt": "three", "max_tokens": 8}\n',
  );
  writeFileSync(path("note.md"), "four\n");
  const lines = (name: string) =>
    text(name)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));

  it("answers all, shows how far it is, and says what came of it", async () => {
    const argv = ["-f", prompts, "-f", path("note.md"), "-n", "2", "-o", path("all.jsonl")];
    const { code, out, err } = await write(argv, { terminal: ["stderr"] });
    expect([code, out]).toEqual([0, ""]);
    expect(err).toContain("\r[                        ] 0 of 8 answers\u001b[K");
    expect(err).toMatch(/\r\[={12} {12}\] 4 of 8 answers, 0:00 left/);
    expect(err).toMatch(
      /8 answers in .*all\.jsonl: 256 tokens in .* s \(\d+ a second\), 4\.00 tokens a pass\n$/,
    );
    const all = lines("all.jsonl");
    expect(all.map(({ record, answer, id }) => [record, answer, id])).toEqual([
      ...[
        [0, 0],
        [0, 1],
        [1, 0, "b"],
        [1, 1, "b"],
        [2, 0],
        [2, 1],
        [3, 0],
        [3, 1],
      ].map(([a, b, c]) => [a, b, c]),
    ]);
    expect(all[4]).toMatchObject({ tokens: 8, finish: "length" });
  });

  it("goes on where it was stopped, and says so", async () => {
    const out = path("part.jsonl");
    const signal = stopped(() => existsSync(out) && text("part.jsonl").includes("\n"));
    const argv = ["-f", prompts, "-o", out, "--temperature", "1"];
    const stoppedRun = await write(argv, { text: fakeText({ pause: 5 }), signal });
    expect([stoppedRun.code, stoppedRun.err]).toEqual([130, ""]);
    const done = lines("part.jsonl").length;
    expect(done).toBeLessThan(3);
    const { err } = await write(argv);
    expect(err).toMatch(
      new RegExp(`^${done} answers? of 3 are in .*part\\.jsonl already: going on behind them\n3 answers`),
    );
    expect((await write(argv)).err).toMatch(/^3 answers in .* \(3 of them there already\): nothing was left/);
    await write([...argv.slice(0, 2), "-o", path("whole.jsonl"), "--temperature", "1", "-q"]);
    const timeless = (name: string) => lines(name).map((line) => ({ ...line, ms: 0 }));
    expect(timeless("part.jsonl")).toEqual(timeless("whole.jsonl"));
  });

  it("has figures, and chances", async () => {
    const argv = ["-f", prompts, "--logprobs", "1", "-o"];
    const json = await write([...argv, path("j.jsonl"), "--json"]);
    expect(JSON.parse(json.out)).toMatchObject({ answers: 3, resumed: 0, tokens: 88, file: path("j.jsonl") });
    expect(lines("j.jsonl")[2].logprobs).toHaveLength(8);
    expect((await write([...argv, path("s.jsonl"), "--stats"])).err).toContain(
      "88  in 3 answers, 2 complete, 1 cut",
    );
    writeFileSync(path("ref.txt"), "A text.");
    const argued = [
      "-f",
      path("note.md"),
      "--reference",
      path("ref.txt"),
      "--stop",
      "x",
      "-o",
      path("r.jsonl"),
    ];
    expect((await asked(argued)).options).toMatchObject({ reference: "A text.", stop: ["x"] });
    const one = await write(["-f", path("note.md"), "-o", path("one.jsonl"), "-q"]);
    expect([one.err, lines("one.jsonl").length]).toEqual(["", 1]);
  });

  it("says how long it takes", () => {
    const bar = (done: number, resumed: number, ms: number) => barOf({ done, of: 48, resumed }, ms);
    expect(bar(0, 0, 5)).toBe("[                        ] 0 of 48 answers");
    expect(bar(24, 12, 60_000)).toBe("[============            ] 24 of 48 answers, 2:00 left");
    expect(bar(13, 12, 200_000)).toBe("[=======                 ] 13 of 48 answers, 1:56:40 left");
    expect(bar(48, 0, 5)).toBe("[========================] 48 of 48 answers, 0:00 left");
  });
});
