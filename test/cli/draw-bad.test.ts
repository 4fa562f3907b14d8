import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { cli, temporaryFolder } from "./helpers.js";

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const words = (count: number) => Array.from({ length: count }, (_, i) => `word${i}`).join(" ");

beforeAll(async () => {
  mkdirSync(path("sub"));
  writeFileSync(path("text.png"), "no picture");
  writeFileSync(path("empty.png"), "");
  writeFileSync(path("huge.png"), hollow(30_000));
  await cli(["draw", "cat", "-q", "-o", path("good.png"), "--tokens", path("good.json")]);
  // Noise, so that the file is long enough to be torn in the middle of its pixels.
  const noise = randomBytes(64 * 64 * 3);
  await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
    .png()
    .toFile(path("noise.png"));
  writeFileSync(path("torn.png"), readFileSync(path("noise.png")).subarray(0, 2000));
  const good = JSON.parse(readFileSync(path("good.json"), "utf8"));
  const variants = {
    other: { ...good, model: "old" },
    gone: { ...good, model: "gone" },
    short: { ...good, tokens: good.tokens.slice(1) },
    high: { ...good, tokens: [...good.tokens.slice(1), 9999] },
    odd: { a: 1 },
  };
  for (const [name, value] of Object.entries(variants))
    writeFileSync(path(`${name}.json`), JSON.stringify(value));
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

describe("bad input", () => {
  it.each<[string, string[], number, RegExp, string?]>([
    ["no output", ["cat"], 2, /where should the picture go\? Name a file with -o FILE/],
    [
      "two outputs",
      ["cat", ...out, "-o", path("y.png")],
      2,
      /given twice, .*x\.png and .*y\.png: one call writes one/,
    ],
    ["no prompt", ["", ...out], 2, /the prompt is empty: say what to draw/],
    ["only control characters", ["\u0007\u001b[31m", ...out], 2, /the prompt is empty/],
    ["empty standard input", out, 2, /standard input: the prompt is empty/],
    ["no known word", ["zzyzx", ...out], 2, /^foretoken: no word of "zzyzx" is known; near ones: pizza\n$/],
    [
      "no known word in several",
      out,
      2,
      /line 2 is skipped.*\nforetoken: no word of "zza" is known/,
      "zza\nzzb\n",
    ],
    ["10,000 words", [words(10_000), ...out], 2, /the prompt has 10,000 words: a dozen words count/],
    ["an endless word", ["a".repeat(9999), ...out], 2, /the prompt has 9,999 letters/],
    ["a long line", out, 2, /standard input, line 2: the prompt has 200 words/, `cat\n${words(200)}\n`],
    ["a prompt twice", ["cat", "-f", path("p.txt"), ...out], 2, /text was given twice/],
    ["a missing file", ["-f", path("no.txt"), ...out], 1, /no\.txt: there is no such file/],
    ["an unknown style", ["cat", "--style", "oil", ...out], 2, /there is no style oil/],
    [
      "an unknown model",
      ["cat", "--model", "emojy", ...out],
      2,
      /no model emojy: did you mean emoji\? choose one of/,
    ],
    ["a missing model folder", ["cat", "--model", "./none", ...out], 2, /there is no model folder \.\/none/],
    ["an unknown extension", ["cat", "-o", path("x.pmg")], 2, /ends in \.pmg: did you mean \.png\?/],
    ["no extension", ["cat", "-o", path("x")], 2, /has no extension: choose one of \.png/],
    ["a sheet's extension", ["cat", "--sheet", path("x.pdf")], 2, /ends in \.pdf/],
    ["a missing folder", ["cat", "-o", path("no/x.png")], 1, /there is no folder .*no; make it first/],
    ["a folder as output", ["cat", "-o", `${path("sub")}/../sub.png/..`], 2, /has no extension/],
    ["a device as output", ["cat", "-o", "/dev/null"], 2, /has no extension/],
    ["an output twice", ["cat", ...out, "--sheet", path("x.png")], 2, /-o and --sheet both want to write/],
    ["many on standard output", ["cat", "-n", "2", "-o", "-"], 2, /-o - takes one picture, and there are 2/],
    ["tokens on standard output", ["cat", ...out, "--tokens", "-"], 2, /--tokens needs a file/],
    ["a transparent JPEG", ["cat", "--background", "transparent", "-o", path("x.jpg")], 2, /as no JPEG can/],
    [
      "a half transparent JPEG sheet",
      ["cat", "--background", "#ff000080", "--sheet", path("x.jpeg")],
      2,
      /as no JPEG can/,
    ],
    ["a colour that is none", ["cat", "--background", "blurple", ...out], 2, /blurple is no colour/],
    [
      "a size that is none",
      ["cat", "--size", "8", ...out],
      2,
      /Give pixels from 16 to 4096: 512 for a square/,
    ],
    ["half a size", ["cat", "--size", "64x", ...out], 2, /Give pixels from 16/],
    ["too many", ["cat", "-n", "101", ...out], 2, /Give a whole number from 1 to 100/],
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
    ["an unknown drafter", ["cat", "--drafter", "jacoby", ...out], 2, /Did you mean jacobi\?/],
    ["keep without a picture", ["cat", "--keep", "2", ...out], 2, /--keep needs --from PICTURE/],
    [
      "a picture without a share",
      ["cat", "--from", path("good.png"), ...out],
      2,
      /--from needs --keep ROWS or --vary/,
    ],
    [
      "both shares",
      ["--from", path("good.png"), "--keep", "2", "--vary", "1", ...out],
      2,
      /cannot be used with/,
    ],
    [
      "nothing left to draw",
      ["--from", path("good.png"), "--keep", "16", ...out],
      2,
      /--keep 16 leaves nothing to draw.*0 to 15/,
    ],
    [
      "a picture that is none",
      ["--from", path("text.png"), "--keep", "2", ...out],
      1,
      /text\.png: it is not a picture/,
    ],
    [
      "an empty picture",
      ["--from", path("empty.png"), "--keep", "2", ...out],
      1,
      /cannot read .*empty\.png: /,
    ],
    [
      "a torn picture",
      ["--from", path("torn.png"), "--keep", "2", ...out],
      1,
      /torn\.png cannot be read as a picture/,
    ],
    [
      "a huge picture",
      ["--from", path("huge.png"), "--keep", "2", ...out],
      1,
      /huge\.png: it has more pixels than are safe to read; make it smaller/,
    ],
    [
      "a missing picture",
      ["--from", path("none.png"), "--keep", "2", ...out],
      1,
      /none\.png: there is no such file/,
    ],
    [
      "a prompt for tokens",
      ["cat", "--from-tokens", path("good.json"), ...out],
      2,
      /--from-tokens takes no prompt/,
    ],
    [
      "a seed for tokens",
      ["--seed", "1", "--from-tokens", path("good.json"), ...out],
      2,
      /cannot be used with/,
    ],
    [
      "tokens that are none",
      ["--from-tokens", path("odd.json"), ...out],
      1,
      /odd\.json holds no image tokens/,
    ],
    ["tokens of a missing model", ["--from-tokens", path("gone.json"), ...out], 2, /there is no model gone/],
    [
      "tokens of another model",
      ["--from-tokens", path("other.json"), "--model", "emoji", ...out],
      2,
      /tokens of the model old/,
    ],
    ["too few tokens", ["--from-tokens", path("short.json"), ...out], 1, /255 tokens are not a picture/],
    ["tokens out of range", ["--from-tokens", path("high.json"), ...out], 1, /tokens\[255\] is 9999/],
  ])("%s", async (_, argv, expected, message, stdin) => {
    const { code, out: written, err } = await cli(["draw", ...argv], { stdin });
    expect(err).toMatch(message);
    expect([code, written.length]).toEqual([expected, 0]);
    expect(err.trim().split("\n").at(-1)).toMatch(/^foretoken: /);
    expect(readdirSync(folder).filter((name) => name.startsWith("x") || name.includes(".part"))).toEqual([]);
  });

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

  it("is told what -o is for where a device stands in the place", async () => {
    symlinkSync("/dev/null", path("null.png"));
    const { code, err } = await cli(["draw", "cat", "-o", path("null.png")]);
    expect([code, err]).toEqual([1, expect.stringContaining("it is not a regular file; use -o - > ")]);
    mkdirSync(path("sub.png"));
    const onFolder = await cli(["draw", "cat", "-o", path("sub.png")]);
    expect(onFolder.err).toMatch(/it is a folder; name a file in it\n$/);
  });

  it("asks for a prompt when there is none and nobody pipes any in", async () => {
    const { code, err } = await cli(["draw", ...out], { terminal: ["stdin"] });
    expect([code, err]).toEqual([
      2,
      expect.stringContaining('there is no prompt: foretoken draw "a red apple"'),
    ]);
  });
});
