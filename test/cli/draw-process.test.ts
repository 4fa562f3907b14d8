import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { spawned, temporaryFolder } from "./helpers.js";

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const model = (name: string) => existsSync(new URL(`../../models/${name}/model.json`, import.meta.url));
const loaded = { env: { NODE_DEBUG: "module,esm" } };

describe("the program", () => {
  it("speaks of all media", async () => {
    const { code, out } = await spawned("cli", ["--help"]);
    expect([code, out.toString()]).toEqual([
      0,
      expect.stringMatching(/Speech, pictures and short films.*speak.*draw.*animate.*draw "a/s),
    ]);
  });

  it("helps, without loading what makes pictures", async () => {
    const { code, out } = await spawned("cli", ["draw", "--help"]);
    expect(code).toBe(0);
    for (const text of [
      "Usage: foretoken draw",
      "Output (",
      "Speculation:",
      "Examples:",
      "default: emoji",
      "jacobi (",
    ])
      expect(out.toString().replace(/\s+/g, " ")).toContain(text);
    for (const argv of [
      ["draw", "--help"],
      ["draw", "cat", "--size", "9"],
      ["draw", "cat"],
      ["draw", "", "-o", "x.png"],
    ]) {
      const traced = await spawned("cli", argv, loaded);
      expect(traced.err).toContain("commander");
      expect(traced.err).not.toMatch(
        /onnxruntime|sharp\/|phonemizer|dist\/speech\/(?!names)|dist\/image\/(?!names)/,
      );
    }
  });

  it.skipIf(!model("joe"))("speaks without loading what draws", async () => {
    const traced = await spawned("cli", ["speak", "One.", "-o", path("one.wav"), "-q"], loaded);
    expect([traced.code, existsSync(path("one.wav"))]).toEqual([0, true]);
    expect(traced.err).toContain("onnxruntime");
    expect(traced.err).not.toMatch(/sharp\/|dist\/image\/(?!names)|cli\/pictures/);
  });
});

describe("over a model that needs no weights", () => {
  it("draws without loading what speaks", async () => {
    const traced = await spawned("fake", ["draw", "cat", "-o", path("cat.png")], loaded);
    expect([traced.code, (await sharp(path("cat.png")).metadata()).width]).toEqual([0, 64]);
    expect(traced.err).not.toMatch(/phonemizer|dist\/speech\/(?!names)|cli\/speak\.js.*sink/);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("ends on %s and keeps what is finished", async (signal, expected) => {
    const argv = [
      "draw",
      "cat",
      "-n",
      "50",
      "-o",
      path(`${signal}.png`),
      "--sheet",
      path(`${signal}-sheet.png`),
    ];
    const { code, err } = await spawned("fake", argv, {
      env: { FAKE_PAUSE: "2" },
      during: (child) => {
        const timer = setInterval(() => {
          if (!existsSync(path(`${signal}-1.png`))) return;
          clearInterval(timer);
          child.kill(signal);
        }, 5);
      },
    });
    expect([code, err]).toEqual([expected, ""]);
    const left = readdirSync(folder).filter((name) => name.includes(signal));
    expect(left).toContain(`${signal}-1.png`);
    expect(left.every((name) => /^SIG[A-Z]+-\d+\.png$/.test(name))).toBe(true);
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

  it("draws the same with and without guesses", async () => {
    const { code, out, err } = await spawned("cli", ["draw", "red apple", "--compare", "--json"]);
    expect([code, err]).toEqual([0, ""]);
    expect(JSON.parse(out.toString())).toMatchObject({ same: true, tokens: 256 });
  }, 60_000);

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

  it("says which words it knows", async () => {
    const { code, err } = await spawned("cli", ["draw", "qqqqzzzz", "-o", path("none.png")]);
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/^foretoken: no word of "qqqqzzzz" is known; [^\n]*\n$/),
    ]);
    expect(existsSync(path("none.png"))).toBe(false);
  }, 60_000);
});
