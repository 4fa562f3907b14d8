import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { badPromptChecks } from "./bad-input.js";
import { cli, program, temporaryFolder } from "./helpers.js";

const place = temporaryFolder();
const { folder, path } = place;
/** There is an ffmpeg, and nobody should come so far as to need it. */
const env = { FFMPEG_PATH: program(folder, "ffmpeg", "process.exit(1)") };

beforeAll(async () => {
  mkdirSync(path("sub"));
  mkdirSync(path("none"));
  writeFileSync(path("text.mp4"), "no film");
  writeFileSync(path("empty.webp"), "");
  await cli(["animate", "cat", "-q", "-o", path("whole.webp")]);
  await cli(["animate", "cat", "-q", "-o", path("good.apng")]);
  await cli(["animate", "cat", "-q", "-o", path("three.webp"), "--frames", "3"]);
  const still = sharp({ create: { width: 30, height: 30, channels: 3, background: "red" } });
  for (const ending of ["png", "jpg", "webp", "gif"]) await still.clone().toFile(path(`still.${ending}`));
  writeFileSync(path("torn.webp"), readFileSync(path("whole.webp")).subarray(0, 300));
});

const out = ["-o", path("x.webp")];

describe("bad input", () => {
  const command = { command: "animate", place, words: ["cat"], ending: "webp" };
  const model = { kind: "video", near: "apple", model: "sprites", misspelt: "sprite" };
  badPromptChecks(
    { ...command, ...model },
    [
      ["no output", ["cat"], 2, /where should the film go\? Name a file with -o FILE/],
      ["no prompt", ["", ...out], 2, /the prompt is empty: say what moves, and how/],
      ["no frames", ["cat", "--frames", "0", ...out], 2, /Give a whole number from 1 to 480/],
      ["a million frames", ["cat", "--frames", "1000000", ...out], 2, /Give a whole number from 1 to 480/],
      ["half a frame", ["cat", "--frames", "1.5", ...out], 2, /Give a whole number from 1 to 480/],
      ["no speed", ["cat", "--fps", "0", ...out], 2, /Give a number from 1 to 60/],
      ["no number as speed", ["cat", "--fps", "fast", ...out], 2, /Give a number from 1 to 60/],
      ["too fast", ["cat", "--fps", "61", ...out], 2, /Give a number from 1 to 60, or a fraction: 24/],
      ["no fraction", ["cat", "--fps", "30/0", ...out], 2, /or a fraction: 24, 29\.97, 30000\/1001/],
      ["too many guesses", ["cat", "--draft-length", "145", ...out], 2, /from 0 to 144/],
      [
        "an unknown verifier",
        ["cat", "--verifier", "nearest", ...out],
        2,
        /Choose one of identical, rejection/,
      ],
      ["an unknown extension", ["cat", "-o", path("x.mpf")], 2, /ends in \.mpf: did you mean \.mp4\?/],
      ["no extension", ["cat", "-o", path("x")], 2, /has no extension: choose one of \.mp4 \.webm/],
      ["a picture's extension", ["cat", "-o", path("x.jpg")], 2, /ends in \.jpg: .*choose one of \.mp4/],
      ["frames with an extension of films", ["cat", "-o", path("x%d.mp4")], 2, /choose one of \.png/],
      ["two numbers", ["cat", "-o", path("x%d-%d.png")], 2, /has 2 numbers: one is enough/],
      ["a strip's extension", ["cat", "--strip", path("x.mp4")], 2, /ends in \.mp4: .*choose one of \.png/],
      ["an extension of rounds", ["cat", "--rounds", path("x.txt")], 2, /ends in \.txt/],
      ["a missing folder of frames", ["cat", "-o", path("no/x%d.png")], 1, /there is no folder .*no; make/],
      [
        "an output twice",
        ["cat", ...out, "--rounds", path("x.webp")],
        2,
        /-o and --rounds both want to write/,
      ],
      [
        "a strip in the place of the film",
        ["cat", "-o", path("x.png"), "--strip", path("x.png")],
        2,
        /-o and --strip both want to write/,
      ],
      ["many on standard output", ["cat", "-n", "2", "-o", "-"], 2, /-o - takes one film, and there are 2/],
      ["too long a strip", ["cat", "-n", "61", "--strip", path("x.png")], 2, /60 rows of frames at most/],
      [
        "a transparent MP4",
        ["cat", "--background", "transparent", "-o", path("x.mp4")],
        2,
        /x\.mp4 cannot be transparent: write a \.webp/,
      ],
      [
        "a half transparent MOV of rounds",
        ["cat", "--background", "#ff000080", "--rounds", path("x.mov")],
        2,
        /x\.mov cannot be transparent/,
      ],
      [
        "a transparent JPEG strip",
        ["cat", "--background", "transparent", "--strip", path("x.jpg")],
        2,
        /as no JPEG can/,
      ],
      [
        "transparent JPEG frames",
        ["cat", "--background", "transparent", "-o", path("x%d.jpg")],
        2,
        /cannot be transparent/,
      ],
      [
        "a background that is none",
        ["cat", "--background", "blurple", ...out],
        2,
        /blurple is no colour: .*transparent, a picture file, or a ground of the model: white, blue, sky\n/,
      ],
      ["a missing background", ["cat", "--background", "wall.png", ...out], 1, /wall\.png: there is no such/],
      [
        "a background that is no picture",
        ["cat", "--background", path("text.mp4"), ...out],
        1,
        /text\.mp4: it is not a picture/,
      ],
      [
        "an MP4 that goes on for ever",
        ["cat", "--loop", "0", "-o", path("x.mp4")],
        2,
        /give --loop 1 or more/,
      ],
      ["frames that repeat", ["cat", "--loop", "2", "-o", path("x%d.png")], 2, /single frames do not repeat/],
      ["a loop of nothing", ["cat", "--loop", "2", "--strip", path("x.png")], 2, /--loop needs a film/],
      ["rounds compared", ["cat", "--compare", "--rounds", path("x.gif")], 2, /cannot be used with/],
      [
        "a picture and a film",
        ["cat", "--from", path("still.png"), "--continue", path("good.webp"), ...out],
        2,
        /cannot be used with/,
      ],
      ["a picture without a motion", ["", "--from", path("still.png"), ...out], 2, /the prompt is empty/],
      ["no picture", ["cat", "--from", path("text.mp4"), ...out], 1, /text\.mp4: it is not a picture/],
      [
        "a missing picture",
        ["cat", "--from", path("none.png"), ...out],
        1,
        /none\.png: there is no such file/,
      ],
      ["a missing film", ["--continue", path("none.mp4"), ...out], 1, /none\.mp4: there is no such file/],
      [
        "a folder as film",
        ["--continue", path("sub"), ...out],
        1,
        /sub: it is a folder, and a file is needed/,
      ],
      ["an empty film", ["--continue", path("empty.webp"), ...out], 1, /empty\.webp is empty/],
      ["a torn film", ["--continue", path("torn.webp"), ...out], 1, /torn\.webp/],
      [
        "a film of nothing",
        ["--continue", path("three.webp"), ...out],
        1,
        /on from .*three\.webp: a frame is empty/,
      ],
      ["a PNG as film", ["--continue", path("still.png"), ...out], 2, /single picture, .*\(from\)/],
      ["a JPEG as film", ["--continue", path("still.jpg"), ...out], 2, /single picture, .*\(from\)/],
      ["a WebP of one frame", ["--continue", path("still.webp"), ...out], 2, /single picture, .*\(from\)/],
      ["a GIF of one frame", ["--continue", path("still.gif"), ...out], 2, /single picture, .*\(from\)/],
      [
        "tokens that are none to go on from",
        ["--continue", path("odd.json"), ...out],
        1,
        /holds no video tok/,
      ],
      [
        "frames for tokens",
        ["--frames", "3", "--from-tokens", path("good.json"), ...out],
        2,
        /cannot be used with/,
      ],
    ],
    env,
  );

  it("is told the way out where ffmpeg is needed, before any work is done", async () => {
    const without = { env: { PATH: path("none") } };
    for (const [argv, message] of [
      [["cat", "-o", path("x.mp4")], /x\.mp4 needs ffmpeg, .*install it \(.*\), or write .*x\.webp\n$/],
      [["cat", ...out, "--rounds", path("x.mov")], /x\.mov needs ffmpeg/],
      [["--continue", path("text.mp4"), ...out], /reading .*text\.mp4 needs ffmpeg.* give a \.gif or an ani/],
      [["--continue", path("good.apng"), ...out], /reading .*good\.apng needs ffmpeg/],
    ] as const) {
      const { code, err } = await cli(["animate", ...argv], without);
      expect([code, err]).toEqual([1, expect.stringMatching(message)]);
    }
    expect(
      (await cli(["animate", "cat", "-o", path("x.mp4")], { env: { FFMPEG_PATH: "/nope" } })).err,
    ).toMatch(/FFMPEG_PATH is \/nope, and there is no program/);
  });
});
