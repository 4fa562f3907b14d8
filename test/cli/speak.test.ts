import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import wavefile from "wavefile";
import { nearest } from "../../src/core/near.js";
import { cli, fakeSpeech, temporaryFolder } from "./helpers.js";

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const samples = (name: string) => new wavefile.WaveFile(readFileSync(path(name))).getSamples();

/** Samples that the fake voice makes of a word, and of the silence between two lines. */
const WORD = 1000;
const PAUSE = Math.round(0.3 * 22050);

describe("foretoken speak", () => {
  it("writes a file and one line about it", async () => {
    const { code, out, err } = await cli(["speak", "One", "two.", "Three.", "-o", path("a.wav")]);
    expect([code, out.length]).toEqual([0, 0]);
    expect(err).toBe("30 units, 1.04 s of sound in 0.02 s (65.3x real time), 3.75 units a pass\n");
    expect(samples("a.wav")).toHaveLength(3 * WORD);
  });

  it("keeps quiet", async () => {
    expect(await cli(["speak", "One.", "-q", "-o", path("q.wav")])).toMatchObject({ code: 0, err: "" });
  });

  it("sends raw samples to standard output", async () => {
    for (const option of [["--output-raw"], ["-o", "-"]]) {
      const { code, out } = await cli(["speak", "One two.", ...option]);
      expect([code, out.length, out.readInt16LE(0)]).toEqual([0, 2 * 2 * WORD, 16384]);
    }
    const garbled = await cli(["speak", "One.", "--output-raw"], { terminal: ["stdout"] });
    expect([garbled.code, garbled.err]).toEqual([2, expect.stringContaining("garble the terminal")]);
  });

  it("asks where the sound should go", async () => {
    const { code, err } = await cli(["speak", "One."]);
    expect([code, err]).toEqual([2, expect.stringMatching(/-o FILE.*--output-raw/)]);
  });

  it("joins lines of standard input with a pause, and passes over those with nothing to say", async () => {
    const { code, err } = await cli(["speak", "-o", path("l.wav")], { stdin: "One.\n\n----\nTwo.\n" });
    expect(code).toBe(0);
    expect(err).toMatch(/^foretoken: line 3 is skipped: there is nothing to say in "----"\n20 units/);
    expect(samples("l.wav")).toHaveLength(2 * WORD + PAUSE);
  });

  it("speaks lines as they arrive", async () => {
    const stdin = new Readable({ read() {} });
    stdin.push("One.\n");
    const running = cli(["speak", "--output-raw"], { stdin });
    await new Promise((resolve) => setTimeout(resolve, 50));
    stdin.push("Two.\n");
    stdin.push(null);
    expect((await running).out).toHaveLength(2 * (2 * WORD + PAUSE));
  });

  it("writes a file a line, numbered like the lines", async () => {
    writeFileSync(path("lines.txt"), "One.\n\nTwo three.\n");
    const { code } = await cli(["speak", "-f", path("lines.txt"), "--output-dir", path("d")]);
    expect(code).toBe(0);
    expect(readdirSync(path("d"))).toEqual(["0001.wav", "0003.wav"]);
    expect(samples("d/0003.wav")).toHaveLength(2 * WORD);
  });

  it("takes a folder of its own back when nothing came into it", async () => {
    expect((await cli(["speak", "!!!", "--output-dir", path("new/one")])).code).toBe(2);
    expect(existsSync(path("new/one"))).toBe(false);
  });

  it("prints figures", async () => {
    const argv = ["speak", "One two. Three.", "--seed", "7", "-o", path("s.wav")];
    const { err } = await cli([...argv, "--stats"]);
    for (const text of [
      "joe 1.0.0",
      "seed 7",
      "30  in 2 sentences",
      "3.75  8 passes",
      "by depth: 100 75 50 %",
      "first sound",
    ]) {
      expect(err).toContain(text);
    }
    const { out, err: line } = await cli([...argv, "--json"]);
    const json = JSON.parse(out.toString());
    expect(json).toMatchObject({
      voice: "joe",
      seed: 7,
      units: 30,
      passes: 8,
      detail: [{ text: "One two." }, { text: "Three." }],
    });
    expect(json.detail[0].units).toHaveLength(20);
    expect(line).toContain("30 units");
    const raw = await cli(["speak", "One.", "--json", "--output-raw"]);
    expect(JSON.parse(raw.err).units).toBe(10);
    expect(raw.out).toHaveLength(2 * WORD);
  });

  it("shows progress on a terminal only", async () => {
    const argv = ["speak", "One. Two.", "-o", path("p.wav")];
    expect((await cli(argv, { terminal: ["stderr"] })).err).toContain("\rsentence 2 of 2");
    expect((await cli(argv)).err).not.toContain("sentence");
    expect((await cli([...argv, "-q"], { terminal: ["stderr"] })).err).toBe("");
  });

  it("compares", async () => {
    const { code, out } = await cli(["speak", "One two.", "--compare"]);
    expect(code).toBe(0);
    expect(out.toString()).toBe(
      [
        "plain        0.022 s  1.00 units a pass",
        "speculative  0.007 s  4.00 units a pass",
        "ratio          3.14x  20 units, the same both ways\n",
      ].join("\n"),
    );
    const json = await cli(["speak", "One two.", "--compare", "--json", "-o", path("c.wav")]);
    expect(JSON.parse(json.out.toString())).toMatchObject({
      same: true,
      units: 20,
      speculative: { unitsPerPass: 4 },
    });
    expect(samples("c.wav")).toHaveLength(2 * WORD);
  });

  it("fails a comparison that differs, if the verifier promised that it would not", async () => {
    const speech = fakeSpeech({ differs: true });
    const { code, out, err } = await cli(["speak", "One two.", "--compare"], { speech });
    expect([code, err]).toEqual([1, expect.stringContaining("foretoken: the units differ")]);
    expect(out.toString()).toContain("not the same both ways");
    expect((await cli(["speak", "One.", "--compare", "--verifier", "rejection"], { speech })).code).toBe(0);
  });

  it("stops on Ctrl-C, while loading, speaking or waiting for text, and leaves nothing", async () => {
    const waiting = new Readable({ read() {} });
    const long = `${"word ".repeat(100)}.`;
    const cases = [
      { argv: ["One."], speech: fakeSpeech({ load: 5000 }) },
      { argv: [long], speech: fakeSpeech({ pause: 50 }) },
      { argv: [], stdin: waiting },
    ];
    for (const [i, { argv, ...around }] of cases.entries()) {
      const stop = new AbortController();
      setTimeout(() => stop.abort(Object.assign(new Error("interrupted"), { exitCode: 143 })), 100);
      const target = path(`stop${i}.wav`);
      const result = await cli(["speak", ...argv, "-o", target], { ...around, signal: stop.signal });
      expect(result).toMatchObject({ code: 143, err: "" });
      expect(readdirSync(folder).filter((name) => name.includes("stop"))).toEqual([]);
    }
  });
});

describe("bad input", () => {
  const cases: [string, string[], number, RegExp, (string | Buffer)?][] = [
    ["empty text", ["", "-o", path("x.wav")], 2, /^foretoken: .*the text is empty/],
    ["empty standard input", ["-o", path("x.wav")], 2, /^foretoken: standard input: the text is empty/],
    ["symbols only", ["😀 !", "-o", path("x.wav")], 2, /nothing to say in "😀 !"/],
    [
      "symbols only, by line",
      ["-o", path("x.wav")],
      2,
      /foretoken: standard input: there is nothing to say in "--"\n$/,
      "--\n",
    ],
    [
      "invalid UTF-8",
      ["-o", path("x.wav")],
      1,
      /standard input is not valid UTF-8: byte 2 is 0xff/,
      Buffer.from([97, 98, 255]),
    ],
    ["a missing file", ["-f", path("no.txt"), "-o", path("x.wav")], 1, /no\.txt: there is no such file/],
    ["a folder as a file", ["-f", folder, "-o", path("x.wav")], 1, /it is a folder/],
    ["a missing folder", ["One.", "-o", path("no/x.wav")], 1, /there is no folder .*; make it first/],
    [
      "an unknown voice",
      ["One.", "--voice", "jo", "-o", path("x.wav")],
      2,
      /no voice jo: did you mean joe\?/,
    ],
    ["an unknown model", ["One.", "--model", "joe", "-o", path("x.wav")], 2, /no model folder \.\/joe/],
    ["an unknown extension", ["One.", "-o", path("x.way")], 2, /ends in \.way: did you mean \.wav\?/],
    [
      "an unknown option",
      ["One.", "--sed", "1"],
      2,
      /^foretoken: unknown option '--sed' \(Did you mean --seed\?\)\n$/,
    ],
    ["a dash", ["-5 degrees"], 2, /put -- before a text that begins with a dash/],
    ["an unknown drafter", ["One.", "--drafter", "folow"], 2, /Did you mean follow\? Choose one of follow, /],
    ["a speed out of range", ["One.", "--speed", "3"], 2, /'3' is invalid. Give a number from 0.5 to 2/],
    ["a seed that is none", ["One.", "--seed", "1.5"], 2, /Give a whole number, 0 or more/],
    ["two outputs", ["One.", "-o", "a.wav", "--output-dir", "d"], 2, /cannot be used with/],
    [
      "plain guesses",
      ["One.", "--plain", "--drafter", "follow"],
      2,
      /'--plain' cannot be used with option '--drafter <name>'/,
    ],
    [
      "a format without a folder",
      ["One.", "-o", "a.wav", "--format", "mp3"],
      2,
      /--format goes with --output-dir/,
    ],
    ["a device that is none", ["One.", "--device", "gpu"], 2, /Choose one of cpu, webgpu/],
  ];
  it.each(cases)("%s", async (_, argv, expected, message, stdin) => {
    const { code, out, err } = await cli(["speak", ...argv], { stdin });
    expect(err).toMatch(message);
    expect([code, out.length]).toEqual([expected, 0]);
    expect(err.trim().split("\n").at(-1)).toMatch(/^foretoken: /);
    expect(readdirSync(folder).filter((name) => name.includes("x.wa"))).toEqual([]);
  });

  it("is told at the top too", async () => {
    const { code, err } = await cli(["speek", "hello"]);
    expect([code, err]).toEqual([2, expect.stringMatching(/Did you mean speak\?.*foretoken speak "..."/)]);
    expect((await cli([])).code).toBe(2);
  });

  it("is met with a near name, or none", () => {
    expect(nearest("joee", ["joe", "amy"])).toBe("joe");
    expect(nearest("zzz", ["joe", "amy"])).toBeUndefined();
  });
});
