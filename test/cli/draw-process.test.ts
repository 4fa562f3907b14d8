import { existsSync, readFileSync } from "node:fs";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { spawned, temporaryFolder } from "./helpers.js";
import { programChecks, realChecks, realPromptChecks, TRACED } from "./program.js";

const place = temporaryFolder();
const { path } = place;
const model = (name: string) => existsSync(new URL(`../../models/${name}/model.json`, import.meta.url));

describe("the program", () => {
  it("speaks of all media", async () => {
    const { code, out } = await spawned("cli", ["--help"]);
    expect([code, out.toString()]).toEqual([
      0,
      expect.stringMatching(
        /Speech, pictures, short films.*speak.*draw.*animate.*write.*chat.*datastore.*draw "a.*write "/s,
      ),
    ]);
  });

  it.skipIf(!model("joe"))("speaks without loading what draws", async () => {
    const traced = await spawned("cli", ["speak", "One.", "-o", path("one.wav"), "-q"], { env: TRACED });
    expect([traced.code, existsSync(path("one.wav"))]).toEqual([0, true]);
    expect(traced.err).toContain("onnxruntime");
    expect(traced.err).not.toMatch(/sharp\/|dist\/image\/(?!names)|cli\/pictures/);
  });
});

describe("foretoken draw", () => {
  programChecks({
    command: "draw",
    place,
    help: ["Usage: foretoken draw", "Output (", "Speculation:", "Examples:", "default: emoji", "jacobi ("],
    light: [
      ["draw", "cat", "--size", "9"],
      ["draw", "cat"],
      ["draw", "", "-o", "x.png"],
    ],
    unloaded: /onnxruntime|sharp\/|phonemizer|dist\/speech\/(?!names)|dist\/image\/(?!names)/,
    streaming: ["cat", "-o", "-"],
    stop: (signal) => ({
      argv: ["cat", "-n", "50", "-o", path(`${signal}.png`), "--sheet", path(`${signal}-sheet.png`)],
      env: { FAKE_PAUSE: "2" },
      begun: () => existsSync(path(`${signal}-1.png`)),
      left(names) {
        expect(names).toContain(`${signal}-1.png`);
        expect(names.every((name) => /^SIG[A-Z]+-\d+\.png$/.test(name))).toBe(true);
      },
    }),
  });

  it("draws without loading what speaks", async () => {
    const traced = await spawned("fake", ["draw", "cat", "-o", path("cat.png")], { env: TRACED });
    expect([traced.code, (await sharp(path("cat.png")).metadata()).width]).toEqual([0, 64]);
    expect(traced.err).not.toMatch(/phonemizer|dist\/speech\/(?!names)|cli\/speak\.js.*sink/);
  });
});

describe.skipIf(!model("emoji"))("with the model emoji", () => {
  it("draws a picture, and draws it again", async () => {
    const argv = [
      "draw",
      "a smiling orange cat",
      "--seed",
      "3",
      "-o",
      path("real.png"),
      "--tokens",
      path("real.json"),
    ];
    const { code, err } = await spawned("cli", argv);
    expect([code, err]).toEqual([
      0,
      expect.stringMatching(/^256 tokens in \d+ passes, [\d.]+ a pass, [\d.]+ s\n$/),
    ]);
    expect(await sharp(path("real.png")).metadata()).toMatchObject({
      format: "png",
      width: 256,
      height: 256,
    });
    await spawned("cli", [
      "draw",
      "--again",
      path("real.png"),
      "--plain",
      "--tokens",
      path("again.json"),
      "-q",
    ]);
    expect(readFileSync(path("again.json"), "utf8")).toBe(readFileSync(path("real.json"), "utf8"));
    await spawned("cli", ["draw", "--from-tokens", path("real.json"), "-o", path("back.png"), "-q"]);
    const [one, other] = await Promise.all(
      ["real.png", "back.png"].map((name) => sharp(path(name)).raw().toBuffer()),
    );
    expect(other.equals(one)).toBe(true);
  }, 60_000);

  realChecks("draw", ["red apple"], { tokens: 256 });
  realPromptChecks("draw", path("none.png"));

  it("draws again what was not quite checked", async () => {
    const argv = [
      "draw",
      "rocket",
      "--relax",
      "0.2",
      "-o",
      path("relaxed.png"),
      "--tokens",
      path("relaxed.json"),
      "-q",
    ];
    expect((await spawned("cli", argv)).code).toBe(0);
    await spawned("cli", ["draw", "--again", path("relaxed.png"), "--tokens", path("relaxed2.json"), "-q"]);
    expect(readFileSync(path("relaxed2.json"), "utf8")).toBe(readFileSync(path("relaxed.json"), "utf8"));
  }, 60_000);

  it("goes on from a picture, whatever its kind", async () => {
    await sharp({ create: { width: 300, height: 200, channels: 4, background: "#ff000080" } })
      .gif()
      .toFile(path("flag.gif"));
    const argv = ["draw", "flag", "--from", path("flag.gif"), "--keep", "8", "-o", path("flag.webp")];
    expect((await spawned("cli", argv)).code).toBe(0);
  }, 60_000);
});
