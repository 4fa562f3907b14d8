import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import wavefile from "wavefile";
import { soundReader } from "../../src/files/sound/read.js";
import { cli, fakeHost, temporaryFolder } from "./helpers.js";

const { folder, path } = temporaryFolder();
const RATE = 22050;

/** A second of a sine, full scale 1. */
const sine = (rate: number, scale = 1) =>
  Float64Array.from({ length: rate }, (_, i) => scale * Math.sin((2 * Math.PI * 440 * i) / rate));

function wave(name: string, rate: number, depth: string, channels: Float64Array[]): string {
  const file = new wavefile.WaveFile();
  file.fromScratch(channels.length, rate, depth, channels.length === 1 ? channels[0] : channels);
  writeFileSync(path(name), file.toBuffer());
  return path(name);
}

const read = async (file: string) => (await soundReader(file, fakeHost().host))(RATE);
const loudness = (samples: Float32Array) =>
  Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);

describe("a sound file", () => {
  it("is read at the voice's rate", async () => {
    const same = await read(wave("same.wav", RATE, "32f", [sine(RATE, 0.5)]));
    expect(same).toHaveLength(RATE);
    expect(same[25]).toBeCloseTo(0.5 * Math.sin((2 * Math.PI * 440 * 25) / RATE), 6);
    const integers = sine(44100, 16383).map(Math.round);
    const resampled = await read(wave("44.wav", 44100, "16", [integers]));
    expect(Math.abs(resampled.length - RATE)).toBeLessThan(3);
    expect(loudness(resampled)).toBeCloseTo(0.5 / Math.SQRT2, 2);
    const middle = resampled.subarray(1000, 20000);
    const wanted = sine(RATE, 0.5).subarray(1000, 20000);
    expect(Math.max(...middle.map((x, i) => Math.abs(x - wanted[i])))).toBeLessThan(0.03);
  });

  it("is mixed to one channel", async () => {
    const mixed = await read(
      wave("stereo.wav", RATE, "16", [sine(RATE, 20000).map(Math.round), new Float64Array(RATE)]),
    );
    expect(mixed).toHaveLength(RATE);
    expect(loudness(mixed)).toBeCloseTo(20000 / 32768 / 2 / Math.SQRT2, 3);
  });

  it("may be of 8 bits, or have a size that says nothing", async () => {
    const eight = await read(wave("8.wav", RATE, "8", [sine(RATE, 100).map((x) => Math.round(128 + x))]));
    expect(loudness(eight)).toBeCloseTo(100 / 128 / Math.SQRT2, 2);
    const file = readFileSync(wave("endless.wav", RATE, "16", [sine(RATE, 16383).map(Math.round)]));
    file.writeUInt32LE(0xffffffff, 4);
    file.writeUInt32LE(0xffffffff, 40);
    writeFileSync(path("endless.wav"), file);
    expect(await read(path("endless.wav"))).toHaveLength(RATE);
  });

  it("is refused when it is none", async () => {
    writeFileSync(path("torn.wav"), "RIFF....WAVEno");
    await expect(read(path("torn.wav"))).rejects.toThrow(/torn\.wav is not a \.wav that can be read/);
    writeFileSync(path("empty.wav"), "");
    await expect(read(path("empty.wav"))).rejects.toThrow("empty.wav is empty");
    await expect(read(path("none.wav"))).rejects.toThrow("there is no such file");
    await expect(read(folder)).rejects.toThrow("it is a folder");
    const silent = wave("silent.wav", RATE, "16", [new Float64Array(0)]);
    await expect(read(silent)).rejects.toThrow("holds no sound");
  });
});

describe("foretoken encode and decode", () => {
  it("go round", async () => {
    const sound = wave("round.wav", RATE, "16", [sine(RATE, 16383).map(Math.round)]);
    const encoded = await cli(["encode", sound, "-o", path("round.json")]);
    expect(encoded).toMatchObject({ code: 0, err: "28 units from 1.00 s of sound\n" });
    const file = JSON.parse(readFileSync(path("round.json"), "utf8"));
    expect(file).toMatchObject({
      format: "foretoken-units",
      model: "joe",
      version: "1.0.0",
      sampleRate: RATE,
    });
    const decoded = await cli(["decode", path("round.json"), "-o", path("again.wav")]);
    expect(decoded).toMatchObject({ code: 0, err: "0.98 s of sound from 28 units\n" });
    expect(new wavefile.WaveFile(readFileSync(path("again.wav"))).getSamples()).toHaveLength(28 * 768);
    const piped = await cli(["decode", "-", "-o", "-", "-q"], { stdin: readFileSync(path("round.json")) });
    expect(piped.out).toHaveLength(28 * 768 * 2);
  });

  it("need a voice that can hear", async () => {
    const sound = wave("deaf.wav", RATE, "16", [sine(RATE, 16383).map(Math.round)]);
    const { code, err } = await cli(["encode", sound, "--voice", "deaf", "-o", path("deaf.json")]);
    expect([code, err]).toEqual([2, expect.stringContaining("the voice deaf has no encoder")]);
    expect(existsSync(path("deaf.json"))).toBe(false);
  });

  const good = { format: "foretoken-units", model: "joe", version: "1.2.0", sampleRate: RATE, units: [1, 2] };
  it.each([
    ["broken JSON", "{", [], 1, /units\.json is not JSON \(.*give a file that foretoken encode wrote/],
    ["nothing", "", [], 1, /units\.json is not JSON \(it is empty\)/],
    ["something else", "[]", [], 1, /units\.json is not a file of units/],
    [
      "a unit that is none",
      JSON.stringify({ ...good, units: [1, -2] }),
      [],
      1,
      /not a file of units \(units\.1: /,
    ],
    ["no units", JSON.stringify({ ...good, units: [] }), [], 1, /holds no units/],
    [
      "a unit out of range",
      JSON.stringify({ ...good, units: [3, 245] }),
      [],
      1,
      /units\[1\] is 245, and the units of joe go from 0 to 244/,
    ],
    [
      "another model",
      JSON.stringify(good),
      ["--voice", "deaf"],
      2,
      /holds units of the voice joe, not of deaf: decode it with that one/,
    ],
    ["a model that is not here", JSON.stringify({ ...good, model: "eve" }), [], 2, /no voice eve/],
    [
      "another version",
      JSON.stringify({ ...good, version: "2.0.0" }),
      [],
      1,
      /joe 2\.0\.0, and here is joe 1\.0\.0: encode the sound again/,
    ],
  ])("refuse %s", async (_, text, more, expected, message) => {
    writeFileSync(path("units.json"), text);
    const { code, err } = await cli(["decode", path("units.json"), "-o", path("bad.wav"), ...more]);
    expect(err).toMatch(message);
    expect([code, existsSync(path("bad.wav"))]).toEqual([expected, false]);
  });
});
