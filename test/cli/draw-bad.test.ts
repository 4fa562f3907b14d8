import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { badPromptChecks } from "./bad-input.js";
import { cli, temporaryFolder } from "./helpers.js";

const place = temporaryFolder();
const { path } = place;

beforeAll(async () => {
  writeFileSync(path("text.png"), "no picture");
  writeFileSync(path("empty.png"), "");
  writeFileSync(path("huge.png"), hollow(30_000));
  await cli(["draw", "cat", "-q", "--tokens", path("whole.json")]);
  // Noise, so that the file is long enough to be torn in the middle of its pixels.
  const noise = randomBytes(64 * 64 * 3);
  await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
    .png()
    .toFile(path("noise.png"));
  writeFileSync(path("torn.png"), readFileSync(path("noise.png")).subarray(0, 2000));
  const whole = JSON.parse(readFileSync(path("whole.json"), "utf8"));
  const [, ...rest] = whole.tokens;
  writeFileSync(path("short.json"), JSON.stringify({ ...whole, tokens: rest }));
  writeFileSync(path("high.json"), JSON.stringify({ ...whole, tokens: [...rest, 9999] }));
});

/** A PNG that claims to have so many pixels a side, and has none. */
function hollow(side: number): Buffer {
  const header = Buffer.from("IHDR....||||\u0008\u0002\0\0\0", "latin1");
  header.writeUInt32BE(side, 4);
  header.writeUInt32BE(side, 8);
  const length = Buffer.from([0, 0, 0, header.length - 4]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(header));
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  const noData = Buffer.concat([Buffer.alloc(4), Buffer.from("IDAT"), Buffer.from("35af061e", "hex")]);
  return Buffer.concat([signature, length, header, checksum, noData]);
}

/** Checksum of a PNG's chunk. */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

const out = ["-o", path("x.png")];
const words = Array.from({ length: 200 }, (_, i) => `word${i}`).join(" ");
const from = (name: string, ...share: string[]) => ["--from", path(name), ...share, ...out];

describe("bad input", () => {
  const command = { command: "draw", place, words: ["cat"], ending: "png" };
  badPromptChecks({ ...command, kind: "image", near: "pizza", model: "emoji", misspelt: "emojy" }, [
    ["no output", ["cat"], 2, /where should the picture go\? Name a file with -o FILE/],
    ["no prompt", ["", ...out], 2, /the prompt is empty: say what to draw/],
    ["an endless word", ["a".repeat(9999), ...out], 2, /the prompt has 9,999 letters/],
    ["a long line", out, 2, /standard input, line 2: the prompt has 200 words/, `cat\n${words}\n`],
    ["an unknown extension", ["cat", "-o", path("x.pmg")], 2, /ends in \.pmg: did you mean \.png\?/],
    ["no extension", ["cat", "-o", path("x")], 2, /has no extension: choose one of \.png/],
    ["a sheet's extension", ["cat", "--sheet", path("x.pdf")], 2, /ends in \.pdf/],
    ["a folder as output", ["cat", "-o", `${path("sub")}/../sub.png/..`], 2, /has no extension/],
    ["an output twice", ["cat", ...out, "--sheet", path("x.png")], 2, /-o and --sheet both want to write/],
    ["many on standard output", ["cat", "-n", "2", "-o", "-"], 2, /-o - takes one picture, and there are 2/],
    ["a transparent JPEG", ["cat", "--background", "transparent", "-o", path("x.jpg")], 2, /as no JPEG can/],
    [
      "a half transparent JPEG sheet",
      ["cat", "--background", "#ff000080", "--sheet", path("x.jpeg")],
      2,
      /as no JPEG can/,
    ],
    ["a colour that is none", ["cat", "--background", "blurple", ...out], 2, /blurple is no colour/],
    [
      "too many for a sheet",
      ["-n", "100", "--sheet", path("x.png")],
      2,
      /holds 400 pictures/,
      "a\nb\nc\nd\ne\n",
    ],
    [
      "a lossless relax",
      ["cat", "--relax", "1", "--verifier", "block", ...out],
      2,
      /--relax does not go with --verifier block.*nearest/,
    ],
    ["a plain relax", ["cat", "--relax", "1", "--plain", ...out], 2, /cannot be used with/],
    [
      "an unknown verifier",
      ["cat", "--verifier", "nearst", ...out],
      2,
      /Did you mean nearest\? Choose one of identical/,
    ],
    ["keep without a picture", ["cat", "--keep", "2", ...out], 2, /--keep needs --from PICTURE/],
    ["a picture without a share", ["cat", ...from("good.png")], 2, /--from needs --keep ROWS or --vary/],
    ["both shares", from("good.png", "--keep", "2", "--vary", "1"), 2, /cannot be used with/],
    [
      "nothing left to draw",
      from("good.png", "--keep", "16"),
      2,
      /--keep 16 leaves nothing to draw.*0 to 15/,
    ],
    ["a picture that is none", from("text.png", "--keep", "2"), 1, /text\.png: it is not a picture/],
    ["an empty picture", from("empty.png", "--keep", "2"), 1, /cannot read .*empty\.png: /],
    ["a torn picture", from("torn.png", "--keep", "2"), 1, /torn\.png cannot be read as a picture/],
    [
      "a huge picture",
      from("huge.png", "--keep", "2"),
      1,
      /huge\.png: it has more pixels than are safe to read; make it smaller/,
    ],
    ["a missing picture", from("none.png", "--keep", "2"), 1, /none\.png: there is no such file/],
    [
      "a seed for tokens",
      ["--seed", "1", "--from-tokens", path("good.json"), ...out],
      2,
      /cannot be used with/,
    ],
    ["too few tokens", ["--from-tokens", path("short.json"), ...out], 1, /255 tokens are not a picture/],
    ["tokens out of range", ["--from-tokens", path("high.json"), ...out], 1, /tokens\[255\] is 9999/],
  ]);

  it("of a picture's kind is taken: transparent, CMYK, of 16 bits", async () => {
    const cat = () => sharp(path("good.png"));
    await cat().ensureAlpha(0.5).png().toFile(path("alpha.png"));
    await cat().toColourspace("cmyk").jpeg().toFile(path("cmyk.jpg"));
    await cat().toColourspace("rgb16").png().toFile(path("deep.png"));
    for (const name of ["alpha.png", "cmyk.jpg", "deep.png"]) {
      const result = await cli(["draw", "--from", path(name), "--keep", "3", "-q", "-o", path("y.png")]);
      expect(result).toMatchObject({ code: 0, err: "" });
    }
  });
});
