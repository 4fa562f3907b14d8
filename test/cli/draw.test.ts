import { existsSync, readFileSync } from "node:fs";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { commandChecks, promptChecks } from "./command.js";
import { cli, fakeImage, temporaryFolder } from "./helpers.js";

const place = temporaryFolder();
const { path, named } = place;
const pixels = (name: string) => sharp(path(name)).raw().toBuffer({ resolveWithObject: true });
const tokensOf = (name: string) => JSON.parse(readFileSync(path(name), "utf8")).tokens as number[];

const command = {
  command: "draw",
  place,
  words: ["a", "red", "cat"],
  ending: "png",
  fake: (options: Parameters<typeof fakeImage>[0]) => ({ image: fakeImage(options) }),
};
const several = ["cat", "--seed", "7", "-n", "2", "-o", path("figures.png")];

describe("foretoken draw", () => {
  commandChecks({
    ...command,
    line: expect.stringMatching(/^256 tokens in 64 passes, 4\.0 a pass, 0\.\d\d s\n$/),
    written: async (file) =>
      expect(await sharp(file).metadata()).toMatchObject({ width: 64, height: 64, channels: 3 }),
    stream: {
      options: [["-o", "-"]],
      seen: async (out) => expect((await sharp(out).metadata()).format).toBe("png"),
      json: { tokens: 256 },
    },
    figures: {
      argv: several,
      stats: [
        ...["emoji 1.0.0", "seed 7", "512  in 2 pictures", "4.00  128 passes"],
        ...["by depth: 100 100 100", "pixels"],
      ],
      json: [
        [
          ["--relax", "0.2"],
          {
            ...{
              model: "emoji",
              drafter: "jacobi",
              verifier: "nearest",
              relax: 0.2,
              pictures: 2,
              tokens: 512,
            },
            detail: [
              { prompt: "cat", seed: 7, stream: 0, file: path("figures-1.png") },
              { prompt: "cat", seed: 7, stream: 1, file: path("figures-2.png") },
            ],
          },
        ],
        [["--plain"], { drafter: "none", passes: 512 }],
      ],
    },
    progress: { argv: ["cat", "-n", "2"], shown: "\rpicture 2 of 2, row 9 of 16", never: "row" },
    compare: {
      words: ["cat"],
      text: [
        "plain        0.320 s  1.00 tokens a pass",
        "speculative  0.080 s  4.00 tokens a pass",
        "ratio          4.00x  256 tokens, the same both ways",
      ],
      json: { tokens: 256, plain: { tokensPerPass: 1 } },
      noun: "tokens",
      loose: ["--relax", "0.1"],
    },
    stop: {
      outputs: (name) => ["-o", path(`${name}.png`), "--tokens", path(`${name}.json`)],
      slow: [["cat"], { image: fakeImage({ pause: 30 }) }],
    },
  });
  promptChecks({ ...command, plural: "pictures" });

  it.each([
    ["png", "png"],
    ["webp", "webp"],
    ["jpg", "jpeg"],
    ["jpeg", "jpeg"],
    ["AVIF", "heif"],
  ])("writes .%s", async (ending, format) => {
    const file = path(`kind.${ending}`);
    expect(await cli(["draw", "cat", "-o", file, "-q"])).toMatchObject({ code: 0, err: "" });
    expect((await sharp(file).metadata()).format).toBe(format);
  });

  it("numbers several pictures, each another one, and puts them on a sheet", async () => {
    const argv = ["draw", "red apple", "-n", "3", "-o", path("n.png"), "--sheet", path("n-sheet.jpg")];
    const { code, err } = await cli([...argv, "--tokens", path("n.json")]);
    expect([code, err]).toEqual([
      0,
      expect.stringMatching(/^3 pictures: 768 tokens in 192 passes, 4\.0 a pass/),
    ]);
    expect(named("n-")).toEqual([
      "n-1.json",
      "n-1.png",
      "n-2.json",
      "n-2.png",
      "n-3.json",
      "n-3.png",
      "n-sheet.jpg",
    ]);
    expect(tokensOf("n-1.json")).not.toEqual(tokensOf("n-2.json"));
    expect((await sharp(path("n-sheet.jpg")).metadata()).width).toBe(2 * 80 + 16);
  });

  it("makes do with a sheet alone", async () => {
    expect((await cli(["draw", "cat", "-n", "2", "--sheet", path("alone.webp")])).code).toBe(0);
    expect(named("alone")).toEqual(["alone.webp"]);
  });

  it("takes prompts that are piped in", async () => {
    const { code } = await cli(["draw", "-n", "2", "-o", path("p.png"), "-q"], { stdin: "cat\ndog\n" });
    expect(code).toBe(0);
    expect(named("p-")).toEqual(["p-1-1.png", "p-1-2.png", "p-2-1.png", "p-2-2.png"]);
    expect((await cli(["draw", "-o", path("q.png"), "-q"], { stdin: "cat\n" })).code).toBe(0);
    expect(existsSync(path("q.png"))).toBe(true);
  });

  it("sizes, and changes the background", async () => {
    const argv = ["draw", "cat", "-q", "--size", "100x50"];
    expect((await cli([...argv, "--background", "transparent", "-o", path("t.png")])).code).toBe(0);
    const cut = await pixels("t.png");
    expect([cut.info.width, cut.info.height, cut.info.channels, cut.data[3]]).toEqual([100, 50, 4, 0]);
    expect((await cli([...argv, "--background", "#00f", "-o", path("b.png")])).code).toBe(0);
    const blue = await pixels("b.png");
    expect(Array.from(blue.data.subarray(0, 3))).toEqual([0, 0, 255]);
    // The hole in the disc stays white.
    expect(Array.from(blue.data.subarray(3 * (25 * 100 + 50), 3 * (25 * 100 + 50) + 3))).toEqual([
      255, 255, 255,
    ]);
  });
});

describe("--progressive", () => {
  it("rewrites a file row by row, always a whole one", async () => {
    const sizes = new Set<number>();
    const file = path("grow.png");
    const timer = setInterval(() => existsSync(file) && sizes.add(readFileSync(file).length), 2);
    const argv = ["draw", "cat", "--progressive", file, "-o", path("grown.png"), "-q", "--size", "128"];
    expect((await cli(argv, { image: fakeImage({ pause: 2 }) })).code).toBe(0);
    clearInterval(timer);
    expect(sizes.size).toBeGreaterThan(3);
    expect(readFileSync(file)).toEqual(readFileSync(path("grown.png")));
  });

  it("makes a film of the rounds, guesses tinted", async () => {
    expect((await cli(["draw", "cat", "--progressive", path("film.webp"), "-q"])).code).toBe(0);
    const seen = await sharp(path("film.webp"), { animated: true }).metadata();
    expect([seen.pages, seen.pageHeight]).toEqual([65, 64]);
    const { data } = await sharp(path("film.webp"), { page: 0 })
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    // The first guess stands (green on white), the fourth falls (red).
    const [first, fourth] = [3 * (2 * 64 + 2), 3 * (2 * 64 + 14)].map((at) => data.subarray(at, at + 3));
    expect(first[1]).toBeGreaterThan(first[0] + 30);
    expect(fourth[0]).toBeGreaterThan(90);
    expect(Array.from(data.subarray(3 * 40 * 64, 3 * 40 * 64 + 3)).every((level) => level > 250)).toBe(true);
  });
});

describe("tokens", () => {
  it("go to a file and back", async () => {
    const argv = ["draw", "cat", "-q", "-o", path("tok.png"), "--tokens", path("tok.json")];
    expect((await cli(argv)).code).toBe(0);
    const { code, err } = await cli(["draw", "--from-tokens", path("tok.json"), "-o", path("back.png")]);
    expect([code, err]).toEqual([0, "64 x 64 pixels from 256 tokens\n"]);
    expect((await pixels("back.png")).data).toEqual((await pixels("tok.png")).data);
    const piped = await cli(["draw", "--from-tokens", "-", "-o", "-"], {
      stdin: readFileSync(path("tok.json")),
    });
    expect((await sharp(piped.out).metadata()).width).toBe(64);
  });
});

describe("--from", () => {
  const source = path("source.png");

  it("keeps rows, or varies, with and without a prompt", async () => {
    await cli(["draw", "cat", "-q", "-o", source]);
    const from = ["draw", "--from", source, "-q", "-o", path("from.png"), "--tokens"];
    const runs = {
      all: ["--vary", "0"],
      half: ["--keep", "8"],
      some: ["--vary", "0.3"],
      dog: ["dog", "--keep", "8"],
    };
    for (const [name, argv] of Object.entries(runs))
      expect(await cli([...from, path(`${name}.json`), ...argv])).toMatchObject({ code: 0, err: "" });
    const [all, half, some, dog] = Object.keys(runs).map((name) => tokensOf(`${name}.json`));
    expect(half.slice(0, 128)).toEqual(all.slice(0, 128));
    expect(half.slice(128)).not.toEqual(all.slice(128));
    expect(some.filter((token, at) => token !== all[at]).length).toBeLessThan(100);
    expect(dog).not.toEqual(half);
  });

  it("takes the first frame of several, and says so", async () => {
    const frame = await sharp(source).raw().toBuffer();
    const raw = { width: 64, height: 128, channels: 3, pageHeight: 64 } as const;
    await sharp(Buffer.concat([frame, frame.map((level) => 255 - level)]), { raw })
      .webp()
      .toFile(path("two.webp"));
    const { code, err } = await cli([
      "draw",
      "--from",
      path("two.webp"),
      "--keep",
      "4",
      "-o",
      path("two.png"),
    ]);
    expect(code).toBe(0);
    expect(err).toMatch(
      /^foretoken: .*two\.webp holds 2 frames or pages: the first one is taken\n256 tokens/,
    );
  });
});
