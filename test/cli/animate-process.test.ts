import { existsSync, readFileSync } from "node:fs";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { program, spawned, temporaryFolder } from "./helpers.js";
import { programChecks, realChecks, realPromptChecks, TRACED } from "./program.js";

const place = temporaryFolder();
const { folder, path } = place;
const model = existsSync(new URL("../../models/sprites/model.json", import.meta.url));

describe("foretoken animate", () => {
  programChecks({
    command: "animate",
    place,
    help: [
      ...["Usage: foretoken animate", "Output (", "Film:", ".mp4 .webm .mov .gif .webp .apng;"],
      ...["Speculation:", "Examples:", "default: sprites", "jacobi (", "0 to 144"],
    ],
    light: [
      ["animate", "cat", "--fps", "0"],
      ["animate", "cat"],
      ["animate", "", "-o", "x.webp"],
      ["animate", "cat", "-o", "x.mpf"],
      ["animate", "cat", "-o", "x.mp4", "--loop", "0"],
    ],
    env: { FFMPEG_PATH: process.execPath },
    unloaded: /onnxruntime|sharp\/|fluent-ffmpeg|phonemizer|dist\/(speech|image|video)\/(?!names)/,
    streaming: ["cat", "-o", "-"],
    // It leaves no ffmpeg behind.
    stop(signal) {
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
      return {
        argv: ["cat", "-n", "50", "--tokens", path(`${signal}.json`), "-o", path(`${signal}.mp4`)],
        env: { FAKE_PAUSE: "5", FFMPEG_PATH: ffmpeg },
        begun: () => existsSync(log),
        moment: 100,
        left(names) {
          expect(names).toEqual([`${signal}.log`, `ffmpeg-${signal}`]);
          for (const pid of readFileSync(log, "utf8").trim().split("\n"))
            expect(() => process.kill(Number(pid), 0)).toThrow(/ESRCH/);
        },
      };
    },
  });

  it("makes a film without loading what speaks and draws", async () => {
    const traced = await spawned("fake", ["animate", "cat", "-o", path("cat.webp")], { env: TRACED });
    expect([traced.code, (await sharp(path("cat.webp")).metadata()).pages]).toEqual([0, 16]);
    expect(traced.err).not.toMatch(/phonemizer|fluent-ffmpeg|dist\/(speech|image)\/(?!names)|cli\/draw\.js/);
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

  realChecks("animate", ["cat spins", "--frames", "3"]);
  realPromptChecks("animate", path("none.webp"));
});
