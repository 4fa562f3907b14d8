import { existsSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { program, spawned, temporaryFolder } from "./helpers.js";

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const model = existsSync(new URL("../../models/sprites/model.json", import.meta.url));
const loaded = { env: { NODE_DEBUG: "module,esm" } };

describe("the program", () => {
  it("helps, and says what cannot be meant, without loading what makes films", async () => {
    const { code, out } = await spawned("cli", ["animate", "--help"]);
    expect(code).toBe(0);
    for (const text of [
      "Usage: foretoken animate",
      "Output (",
      "Film:",
      ".mp4 .webm .mov .gif .webp .apng;",
      "Speculation:",
      "Examples:",
      "default: sprites",
      "jacobi (",
      "0 to 144",
    ])
      expect(out.toString().replace(/\s+/g, " ")).toContain(text);
    for (const argv of [
      ["animate", "--help"],
      ["animate", "cat", "--fps", "0"],
      ["animate", "cat"],
      ["animate", "", "-o", "x.webp"],
      ["animate", "cat", "-o", "x.mpf"],
      ["animate", "cat", "-o", "x.mp4", "--loop", "0"],
    ]) {
      const traced = await spawned("cli", argv, { env: { ...loaded.env, FFMPEG_PATH: process.execPath } });
      expect(traced.err).toContain("commander");
      expect(traced.err).not.toMatch(
        /onnxruntime|sharp\/|fluent-ffmpeg|phonemizer|dist\/(speech|image|video)\/(?!names)/,
      );
    }
  });
});

describe("over a model that needs no weights", () => {
  it("makes a film without loading what speaks and draws", async () => {
    const traced = await spawned("fake", ["animate", "cat", "-o", path("cat.webp")], loaded);
    expect([traced.code, (await sharp(path("cat.webp")).metadata()).pages]).toEqual([0, 16]);
    expect(traced.err).not.toMatch(/phonemizer|fluent-ffmpeg|dist\/(speech|image)\/(?!names)|cli\/draw\.js/);
  });

  it("ends quietly when its reader has had enough", async () => {
    const { code, err } = await spawned("fake", ["animate", "cat", "-o", "-"], {
      during: (child) => child.stdout?.destroy(),
    });
    expect([code, err]).toEqual([0, ""]);
  });

  it("says when the disk is full", async () => {
    if (!existsSync("/dev/full")) return;
    const { code, err } = await spawned("fake", ["animate", "cat", "-o", "-"], {
      stdout: openSync("/dev/full", "w"),
    });
    expect([code, err]).toEqual([
      1,
      expect.stringContaining("cannot write standard output: the disk is full"),
    ]);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("ends on %s, keeps what is finished, and leaves no ffmpeg behind", async (signal, expected) => {
    const log = path(`${signal}.log`);
    const ffmpeg = program(
      folder,
      `ffmpeg-${signal}`,
      `if (process.argv[2] === "-formats") console.log(" DE  rawvideo x\\n  E mp4 x");
       else if (process.argv[2] !== "-encoders") {
         require("node:fs").appendFileSync(${JSON.stringify(log)}, process.pid + "\\n");
         // It is not enough to ask nicely.
         for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => {});
         process.stdin.resume();
         setInterval(() => {}, 1000);
       }`,
    );
    const argv = [
      "animate",
      "cat",
      "-n",
      "50",
      "--tokens",
      path(`${signal}.json`),
      "-o",
      path(`${signal}.mp4`),
    ];
    const { code, err } = await spawned("fake", argv, {
      env: { FAKE_PAUSE: "5", FFMPEG_PATH: ffmpeg },
      during: (child) => {
        const timer = setInterval(() => {
          if (!existsSync(log)) return;
          clearInterval(timer);
          setTimeout(() => child.kill(signal), 100);
        }, 5);
      },
    });
    expect([code, err]).toEqual([expected, ""]);
    const left = readdirSync(folder).filter((name) => name.includes(signal));
    expect(left.sort()).toEqual([`${signal}.log`, `ffmpeg-${signal}`].sort());
    for (const pid of readFileSync(log, "utf8").trim().split("\n"))
      expect(() => process.kill(Number(pid), 0)).toThrow(/ESRCH/);
  });
});

describe.skipIf(!model)("with the model sprites", () => {
  it("makes a film, and shows it again from its tokens", async () => {
    const argv = ["animate", "a red apple bounces on blue", "--seed", "3"];
    const outputs = ["-o", path("real.apng"), "--tokens", path("real.json"), "--strip", path("real.png")];
    const { code, err } = await spawned("cli", [...argv, ...outputs]);
    expect([code, err]).toEqual([
      0,
      expect.stringMatching(/^16 frames, 2721 tokens in \d+ passes, [\d.]+ a pass, [\d.]+ s\n$/),
    ]);
    expect(await sharp(path("real.apng")).metadata()).toMatchObject({
      format: "png",
      width: 192,
      height: 192,
    });
    await spawned("cli", ["animate", "--from-tokens", path("real.json"), "-o", path("back.apng"), "-q"]);
    expect(readFileSync(path("back.apng")).equals(readFileSync(path("real.apng")))).toBe(true);
  }, 120_000);

  it("goes on from a film, and moves a picture", async () => {
    const argv = ["animate", "ball bounces", "--frames", "8", "-o", path("ball.webp"), "-q"];
    expect(await spawned("cli", argv)).toMatchObject({ code: 0, err: "" });
    const more = ["animate", "--continue", path("ball.webp"), "--frames", "4", "-o", path("more.webp")];
    expect((await spawned("cli", more)).code).toBe(0);
    const circle =
      '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"><circle cx="45" cy="45" r="40" fill="red"/></svg>';
    await sharp(Buffer.from(circle)).png().toFile(path("circle.png"));
    const own = [
      "animate",
      "it spins",
      "--from",
      path("circle.png"),
      "--frames",
      "4",
      "-o",
      path("own.webp"),
    ];
    expect((await spawned("cli", own)).code).toBe(0);
  }, 120_000);

  it("makes the same with and without guesses", async () => {
    const argv = ["animate", "cat spins", "--frames", "3", "--compare", "--json"];
    const { code, out, err } = await spawned("cli", argv);
    expect([code, err]).toEqual([0, ""]);
    expect(JSON.parse(out.toString())).toMatchObject({ same: true });
  }, 120_000);

  it("says which words it knows", async () => {
    const { code, err } = await spawned("cli", ["animate", "qqqqzzzz", "-o", path("none.webp")]);
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/^foretoken: no word of "qqqqzzzz" is known; [^\n]*\n$/),
    ]);
    expect(existsSync(path("none.webp"))).toBe(false);
  }, 60_000);
});
