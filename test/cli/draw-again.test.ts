import { readFileSync, writeFileSync } from "node:fs";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { fromXmp, toXmp } from "../../src/files/pictures/xmp.js";
import { cli, temporaryFolder } from "./helpers.js";

const { path } = temporaryFolder();
const recordOf = async (name: string) => fromXmp((await sharp(path(name)).metadata()).xmpAsString ?? "");

/** Draws, and gives the tokens. */
async function drawn(argv: readonly string[]): Promise<number[]> {
  const file = path("tokens.json");
  const { code, err } = await cli(["draw", ...argv, "--tokens", file, "-q"]);
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(readFileSync(file, "utf8")).tokens;
}

describe("--again", () => {
  it.each([
    ["png", ["a cat"]],
    ["webp", ["größer cat \u{1F600}", "--seed", "9", "--temperature", "0.2"]],
    ["jpg", ["cat & <dog>", "--style", "flat", "--guidance", "3"]],
    ["avif", ["cat", "--relax", "0.3", "--size", "32"]],
    ["png", ["cat", "--verifier", "rejection", "--draft-length", "5", "--drafter", "copy"]],
  ])("draws what a .%s says it is", async (ending, argv) => {
    const file = path(`a.${ending}`);
    const tokens = await drawn([...argv, "-o", file]);
    expect(await drawn(["--again", file])).toEqual(tokens);
    const other = await drawn(["--again", file, "--seed", "123"]);
    expect(other).not.toEqual(tokens);
    expect(await drawn([...argv, "--seed", "123"])).toEqual(other);
  });

  it("draws one of several, and pictures that went on from others", async () => {
    await drawn(["cat", "-n", "1", "-o", path("source.png")]);
    await cli(["draw", "cat", "-n", "3", "-q", "-o", path("n.png"), "--tokens", path("n.json")]);
    const third = JSON.parse(readFileSync(path("n-3.json"), "utf8")).tokens;
    expect(await drawn(["--again", path("n-3.png")])).toEqual(third);
    for (const share of [
      ["--keep", "5"],
      ["dog", "--vary", "0.4"],
    ]) {
      const tokens = await drawn(["--from", path("source.png"), ...share, "-o", path("went.png")]);
      expect(await drawn(["--again", path("went.png")])).toEqual(tokens);
      expect(await drawn(["--again", path("went.png"), "--vary", "0"])).not.toEqual(tokens);
    }
  });

  it("takes another prompt, and draws more", async () => {
    await drawn(["cat", "--seed", "4", "-o", path("more.png")]);
    expect(await drawn(["--again", path("more.png"), "dog"])).toEqual(await drawn(["dog", "--seed", "4"]));
    expect(
      (await cli(["draw", "--again", path("more.png"), "-n", "2", "--sheet", path("more-sheet.png")])).code,
    ).toBe(0);
  });

  it("says only what decides the picture", async () => {
    await drawn(["cat", "--drafter", "copy", "--draft-length", "3", "-o", path("lean.png")]);
    expect(await recordOf("lean.png")).toEqual({
      prompt: "cat",
      seed: 0,
      stream: 0,
      model: "emoji",
      version: "1.0.0",
    });
    await drawn(["cat", "--relax", "0.3", "-o", path("rich.png")]);
    expect(await recordOf("rich.png")).toMatchObject({
      verifier: "nearest",
      relax: 0.3,
      drafter: "jacobi",
      draftLength: 16,
    });
  });

  const plain = { prompt: "cat", seed: 0, stream: 0, model: "emoji", version: "1.0.0" };
  it.each([
    ["says nothing of itself", undefined, /does not say how it was drawn/],
    ["says it wrongly", { ...plain, seed: -1 }, /does not say rightly how it was drawn \(seed: /],
    ["names no verifier", { ...plain, verifier: "none" }, /does not say rightly .*\(verifier: /],
    ["has torn tokens", { ...plain, from: { tokens: 3, keep: 2 } }, /the record in .* holds no image tokens/],
    [
      "is of a model that is not here",
      { ...plain, model: "gone" },
      /was drawn by the model gone 1\.0\.0, which is not here/,
    ],
    [
      "is of another version",
      { ...plain, version: "0.1.0" },
      /emoji 0\.1\.0, and here is 1\.0\.0, which draws otherwise/,
    ],
  ])("refuses a picture that %s", async (_, record, message) => {
    const picture = sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } });
    await (record ? picture.withXmp(toXmp(record)) : picture).png().toFile(path("bad.png"));
    const { code, err } = await cli(["draw", "--again", path("bad.png"), "-o", path("never.png")]);
    expect([code, err]).toEqual([1, expect.stringMatching(message)]);
    expect(err.trim().split("\n")).toHaveLength(1);
  });

  it("draws it all the same with a model of choice", async () => {
    const picture = sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } });
    await picture
      .withXmp(toXmp({ ...plain, version: "0.1.0" }))
      .png()
      .toFile(path("older.png"));
    expect(await drawn(["--again", path("older.png"), "--model", "emoji"])).toEqual(await drawn(["cat"]));
  });

  it("refuses what is no picture, and options that do not go with it", async () => {
    writeFileSync(path("text.png"), "hello");
    await drawn(["cat", "-o", path("words.png")]);
    const cases: [string[], number, RegExp][] = [
      [["--again", path("text.png")], 1, /it is not a picture/],
      [["--again", path("none.png")], 1, /there is no such file/],
      [["--again", path("words.png"), "--keep", "3"], 2, /was drawn from words alone/],
    ];
    for (const [argv, expected, message] of cases) {
      const { code, err } = await cli(["draw", ...argv, "-o", path("never.png")]);
      expect([code, err]).toEqual([expected, expect.stringMatching(message)]);
    }
  });
});
