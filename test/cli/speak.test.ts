import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import wavefile from "wavefile";
import { nearest } from "../../src/core/near.js";
import { badInputChecks } from "./bad-input.js";
import { commandChecks } from "./command.js";
import { cli, fakeSpeech, temporaryFolder } from "./helpers.js";

const place = temporaryFolder();
const { folder, path } = place;
const samplesOf = (file: string) => new wavefile.WaveFile(readFileSync(file)).getSamples();
const samples = (name: string) => samplesOf(path(name));

/** Samples that the fake voice makes of a word, and of the silence between two lines. */
const WORD = 1000;
const PAUSE = Math.round(0.3 * 22050);

describe("foretoken speak", () => {
  commandChecks({
    command: "speak",
    place,
    words: ["One", "two.", "Three."],
    ending: "wav",
    fake: (options) => ({ speech: fakeSpeech(options) }),
    line: "30 units, 1.04 s of sound in 0.02 s (65.3x real time), 3.75 units a pass\n",
    written: (file) => expect(samplesOf(file)).toHaveLength(3 * WORD),
    stream: {
      options: [["--output-raw"], ["-o", "-"]],
      seen: (out) => expect([out.length, out.readInt16LE(0)]).toEqual([2 * 3 * WORD, 16384]),
      json: { units: 30 },
    },
    figures: {
      argv: ["One two. Three.", "--seed", "7", "-o", path("figures.wav")],
      stats: [
        ...["joe 1.0.0", "seed 7", "30  in 2 sentences", "3.75  8 passes"],
        ...["by depth: 100 75 50 %", "first sound"],
      ],
      json: [
        [
          [],
          {
            ...{ voice: "joe", seed: 7, units: 30, passes: 8 },
            detail: [
              { text: "One two.", units: expect.objectContaining({ length: 20 }) },
              { text: "Three." },
            ],
          },
        ],
      ],
    },
    progress: { argv: ["One. Two."], shown: "\rsentence 2 of 2", never: "sentence" },
    compare: {
      words: ["One two."],
      text: [
        "plain        0.022 s  1.00 units a pass",
        "speculative  0.007 s  4.00 units a pass",
        "ratio          3.14x  20 units, the same both ways",
      ],
      json: { units: 20, speculative: { unitsPerPass: 4 } },
      noun: "units",
      loose: ["--verifier", "rejection"],
    },
    stop: {
      outputs: (name) => ["-o", path(`${name}.wav`)],
      slow: [[`${"word ".repeat(100)}.`], { speech: fakeSpeech({ pause: 50 }) }],
      more: [[[], { stdin: new Readable({ read() {} }) }]],
    },
  });

  it("says its line beside figures in JSON, and writes what it compares", async () => {
    const { err } = await cli(["speak", "One two. Three.", "--json", "-o", path("json.wav")]);
    expect(err).toContain("30 units");
    await cli(["speak", "One two.", "--compare", "--json", "-o", path("both.wav")]);
    expect(samples("both.wav")).toHaveLength(2 * WORD);
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
});

describe("bad input", () => {
  const out = ["-o", path("x.wav")];
  badInputChecks("speak", place, [
    ["empty text", ["", ...out], 2, /^foretoken: .*the text is empty/],
    ["empty standard input", out, 2, /^foretoken: standard input: the text is empty/],
    ["symbols only", ["😀 !", ...out], 2, /nothing to say in "😀 !"/],
    [
      "symbols only, by line",
      out,
      2,
      /foretoken: standard input: there is nothing to say in "--"\n$/,
      "--\n",
    ],
    [
      "invalid UTF-8",
      out,
      1,
      /standard input is not valid UTF-8: byte 2 is 0xff/,
      Buffer.from([97, 98, 255]),
    ],
    ["a missing file", ["-f", path("no.txt"), ...out], 1, /no\.txt: there is no such file/],
    ["a folder as a file", ["-f", folder, ...out], 1, /it is a folder/],
    ["a missing folder", ["One.", "-o", path("no/x.wav")], 1, /there is no folder .*; make it first/],
    ["an unknown voice", ["One.", "--voice", "jo", ...out], 2, /no voice jo: did you mean joe\?/],
    ["an unknown model", ["One.", "--model", "joe", ...out], 2, /no model folder \.\/joe/],
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
    ["a place that is no file", ["One.", "-o", "/dev/null"], 1, /use --output-raw > \/dev\/null/],
    ["a folder as file", ["One.", "-o", tmpdir()], 1, /name a file in it, or use --output-dir/],
    ["a device that is none", ["One.", "--device", "gpu"], 2, /Choose one of cpu, webgpu/],
  ]);

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
