import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import wavefile from "wavefile";
import { spawned, temporaryFolder } from "./helpers.js";
import { programChecks, realChecks } from "./program.js";

const place = temporaryFolder();
const { path, named } = place;
const long = Array.from({ length: 400 }, () => "word").join(" ");

describe("foretoken speak", () => {
  programChecks({
    command: "speak",
    place,
    help: ["Usage: foretoken speak", "Voice:", "Speculation:", "Examples:", "--draft-length", "default: joe"],
    light: [["speak", "One.", "--speed", "9"], ["--version"]],
    unloaded: /onnxruntime|phonemizer|zod|fluent-ffmpeg|wavefile/,
    streaming: [long, "--output-raw"],
    stop: (signal) => ({
      argv: [long, "-o", path(`${signal}.wav`)],
      env: { FAKE_PAUSE: "50" },
      begun: () => named(".part").length > 0,
      moment: 100,
      left: (names) => expect(names).toEqual([]),
    }),
  });

  it("ends quietly when its reader has had enough", async () => {
    const { code, err } = await spawned("fake", ["speak", long, "--output-raw"], {
      during: (child) => child.stdout?.once("data", () => child.stdout?.destroy()),
    });
    expect([code, err]).toEqual([0, ""]);
  });

  it("speaks, and ends though standard input stays open", async () => {
    const { code, err } = await spawned("fake", ["speak", "One two.", "-o", path("a.wav")]);
    expect([code, err]).toEqual([0, expect.stringContaining("20 units")]);
  });
});

describe("the program", () => {
  it("knows its version", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect((await spawned("cli", ["--version"])).out.toString()).toBe(`${version}\n`);
  });

  it("says what is wrong usage in one line", async () => {
    const { code, out, err } = await spawned("cli", ["speak", "--speed", "9", "One."]);
    expect([code, out.length, err.split("\n").length]).toEqual([2, 0, 2]);
    expect(err).toMatch(/^foretoken: option '--speed <x>'/);
  });
});

const model = new URL("../../models/joe/model.json", import.meta.url);

describe.skipIf(!existsSync(model))("with the voice joe", () => {
  const text = "The library closes early on Thursdays.";

  it("writes clear figures and a .wav that is as long as they say", async () => {
    const { code, err } = await spawned("cli", ["speak", text, "-o", path("joe.wav")]);
    expect(code).toBe(0);
    const [, units, seconds] =
      err.match(
        /^(\d+) units, ([\d.]+) s of sound in [\d.]+ s \([\d.]+x real time\), [\d.]+ units a pass\n$/,
      ) ?? [];
    const file = new wavefile.WaveFile(readFileSync(path("joe.wav")));
    const { sampleRate } = file.fmt as { sampleRate: number };
    expect(file.getSamples().length / sampleRate).toBeCloseTo(Number(seconds), 1);
    expect(Number(units)).toBeGreaterThan(20);
  }, 60_000);

  realChecks("speak", [text]);

  it("goes to units and back", async () => {
    await spawned("cli", ["speak", text, "-o", path("joe.wav"), "-q"]);
    const encoded = await spawned("cli", ["encode", path("joe.wav"), "-o", path("joe.json")]);
    expect([encoded.code, encoded.err]).toEqual([
      0,
      expect.stringMatching(/^\d+ units from [\d.]+ s of sound\n$/),
    ]);
    const { model, units } = JSON.parse(readFileSync(path("joe.json"), "utf8"));
    const { out } = await spawned("cli", ["decode", path("joe.json"), "--output-raw", "-q"]);
    expect(model).toBe("joe");
    expect(out.length / 2 / units.length).toBeGreaterThan(100);
  }, 60_000);

  it("is listed", async () => {
    expect((await spawned("cli", ["speak", "--list-voices"])).out.toString()).toMatch(/^joe\s+version /m);
  });

  it("stops for a reader that has had enough", async () => {
    const { code, err } = await spawned("cli", ["speak", text, "--output-raw", "-q"], {
      during: (child) => child.stdout?.once("data", () => child.stdout?.destroy()),
    });
    expect([code, err]).toEqual([0, ""]);
  }, 60_000);

  it("stops on Ctrl-C while it loads or speaks", async () => {
    const { code } = await spawned("cli", ["speak", `${long}.`, "-o", path("ctrl.wav")], {
      during: (child) => setTimeout(() => child.kill("SIGINT"), 700),
    });
    expect(code).toBe(130);
    expect(named("ctrl")).toEqual([]);
  }, 60_000);
});
