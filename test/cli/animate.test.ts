import { readFileSync } from "node:fs";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { chunksOf } from "../../src/files/films/apng.js";
import { commandChecks, promptChecks } from "./command.js";
import { cli, fakeVideo, temporaryFolder } from "./helpers.js";

const place = temporaryFolder();
const { path, named } = place;
const animated = (name: string) => sharp(path(name), { animated: true }).metadata();
const sum = (numbers: readonly number[] = []) => numbers.reduce((total, number) => total + number, 0);
/** The first pixel of a frame. */
const corner = async (name: string, page = 0) =>
  Array.from((await sharp(path(name), { page }).ensureAlpha().raw().toBuffer()).subarray(0, 4));
const framesIn = (name: string) => JSON.parse(readFileSync(path(name), "utf8")).frames;

const command = {
  command: "animate",
  place,
  words: ["a", "red", "cat", "spins"],
  ending: "webp",
  fake: (options: Parameters<typeof fakeVideo>[0]) => ({ video: fakeVideo(options) }),
};
const several = ["cat", "--seed", "7", "-n", "2", "-o", path("figures.webp")];

describe("foretoken animate", () => {
  commandChecks({
    ...command,
    line: expect.stringMatching(/^16 frames, 273 tokens in 69 passes, 4\.0 a pass, \d\.\d\d s\n$/),
    async written(file) {
      const seen = await sharp(file, { animated: true }).metadata();
      expect(seen).toMatchObject({ format: "webp", pages: 16, width: 48, pageHeight: 48, loop: 0 });
      // Sixteen twelfths of a second, whole milliseconds each.
      expect([sum(seen.delay), Math.max(...seen.delay!)]).toEqual([1333, 84]);
    },
    stream: {
      options: [["-o", "-"]],
      seen: async (out) => expect((await sharp(out, { animated: true }).metadata()).pages).toBe(16),
      json: { tokens: 273, detail: [{ prompt: "a red cat spins" }] },
    },
    figures: {
      argv: several,
      stats: [
        ...["sprites 1.0.0", "seed 7", "546  in 2 clips", "32  8 of them different, 12 a second"],
        ...["3.96  138 passes", "pixels", "scaled, composed and written"],
      ],
      json: [
        [
          ["--verifier", "rejection"],
          {
            ...{
              model: "sprites",
              drafter: "jacobi",
              verifier: "rejection",
              clips: 2,
              tokens: 546,
              frames: 32,
            },
            detail: [
              {
                ...{ prompt: "cat", stream: 0, file: path("figures-1.webp"), ground: "white" },
                ...{ frames: 16, different: 4 },
              },
              { prompt: "cat", stream: 1, file: path("figures-2.webp") },
            ],
          },
        ],
        [["--plain"], { drafter: "none", passes: 546 }],
      ],
    },
    progress: { argv: ["cat", "-n", "2"], shown: "\rclip 2 of 2, frame 5 of 16", never: "frame 5" },
    compare: {
      words: ["cat"],
      text: [
        "plain        0.341 s  1.00 tokens a pass",
        "speculative  0.086 s  3.96 tokens a pass",
        "ratio          3.96x  273 tokens, the same both ways",
      ],
      json: { plain: { tokensPerPass: 1 } },
      noun: "tokens",
      loose: ["--verifier", "rejection"],
    },
    stop: {
      outputs: (name) => [
        ...["-o", path(`${name}-%d.png`), "--rounds", path(`${name}.webp`), "--strip", path(`${name}.png`)],
      ],
      slow: [["cat"], { video: fakeVideo({ pause: 20 }) }],
    },
  });
  promptChecks({ ...command, plural: "clips" });

  it("writes a GIF, in hundredths of a second, that is shown so many times", async () => {
    const argv = ["animate", "cat", "-o", path("cat.gif"), "--loop", "3", "--fps", "30", "-q"];
    expect(await cli(argv)).toMatchObject({ code: 0, err: "" });
    const seen = await animated("cat.gif");
    expect(seen).toMatchObject({ format: "gif", pages: 16, loop: 3 });
    expect([sum(seen.delay), seen.delay!.every((ms) => ms % 10 === 0)]).toEqual([530, true]);
  });

  it("shows no GIF faster than programs do, and says so", async () => {
    const { code, err } = await cli(["animate", "cat", "-o", path("fast.gif"), "--fps", "60"]);
    expect([code, err]).toEqual([
      0,
      expect.stringMatching(/^foretoken: a \.gif shows 50 frames a second at/),
    ]);
    expect((await animated("fast.gif")).delay!.every((ms) => ms === 20)).toBe(true);
  });

  it.each(["apng", "png"])("writes an animated PNG as .%s", async (ending) => {
    const argv = ["animate", "cat on sky", "-o", path(`a.${ending}`), "--loop", "2", "--fps", "12.5", "-q"];
    expect(await cli(argv)).toMatchObject({ code: 0, err: "" });
    const png = readFileSync(path(`a.${ending}`));
    const [control] = chunksOf(png, "acTL");
    expect([control.readUInt32BE(0), control.readUInt32BE(4)]).toEqual([16, 2]);
    const timing = chunksOf(png, "fcTL");
    expect([timing.length, timing[3].readUInt16BE(20), timing[3].readUInt16BE(22)]).toEqual([
      16, 1000, 12500,
    ]);
    const order = [...timing, ...chunksOf(png, "fdAT")].map((chunk) => chunk.readUInt32BE(0));
    expect(order.sort((a, b) => a - b)).toEqual(Array.from({ length: 31 }, (_, i) => i));
    // A program that knows no animation sees the first frame.
    expect(await corner(`a.${ending}`)).toEqual([96, 170, 248, 255]);
  });

  it("writes single frames", async () => {
    const argv = ["animate", "cat", "--frames", "3", "-q"];
    expect((await cli([...argv, "-o", path("f-%03d.png")])).code).toBe(0);
    expect((await cli([...argv, "-n", "2", "-o", path("g%d.jpg")])).code).toBe(0);
    expect(named("f-")).toEqual(["f-001.png", "f-002.png", "f-003.png"]);
    expect(named("g")).toEqual(expect.arrayContaining(["g1-1.jpg", "g1-2.jpg", "g3-2.jpg"]));
    expect((await sharp(path("f-002.png")).metadata()).pages).toBeUndefined();
  });

  it("numbers several clips, each another one, and puts their frames on a strip", async () => {
    const argv = ["animate", "red apple", "-n", "3", "-o", path("n.webp"), "--strip", path("n-strip.jpg")];
    const { code, err } = await cli([...argv, "--tokens", path("n.json")]);
    expect([code, err]).toEqual([0, expect.stringMatching(/^3 clips: 48 frames, 819 tokens in 207 passes/)]);
    expect(named("n-")).toEqual([
      ...["n-1.json", "n-1.webp", "n-2.json", "n-2.webp", "n-3.json", "n-3.webp", "n-strip.jpg"],
    ]);
    expect(framesIn("n-1.json")).not.toEqual(framesIn("n-2.json"));
    const { width, height } = await sharp(path("n-strip.jpg")).metadata();
    expect([width, height]).toEqual([2 * 16 + 16 * 52 - 4, 16 + 3 * (26 + 48 + 16)]);
  });

  it("makes do with a strip alone; longer clips take several lines of it", async () => {
    const argv = ["animate", "cat", "--frames", "20", "--size", "24", "--strip", path("alone.png"), "-q"];
    expect((await cli(argv)).code).toBe(0);
    const { width, height } = await sharp(path("alone.png")).metadata();
    expect([width, height]).toEqual([2 * 16 + 16 * 28 - 4, 16 + 26 + 2 * 28 - 4 + 16]);
  });

  it("sizes frames whole, the ground around them", async () => {
    const argv = ["animate", "cat", "--size", "120x60", "--background", "#00f", "-o", path("s.apng"), "-q"];
    expect(await cli(argv)).toMatchObject({ code: 0, err: "" });
    const { data, info } = await sharp(path("s.apng")).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([120, 60]);
    const at = (x: number, y: number) => Array.from(data.subarray(3 * (y * 120 + x), 3 * (y * 120 + x) + 3));
    expect([at(0, 0), at(29, 30), at(119, 59)]).toEqual([
      [0, 0, 255],
      [0, 0, 255],
      [0, 0, 255],
    ]);
    expect(at(36, 30)).not.toEqual([0, 0, 255]);
  });

  it("shows clips on what was asked for: nothing, a colour, a picture, a ground of the model", async () => {
    await sharp({ create: { width: 40, height: 20, channels: 3, background: "#102030" } })
      .png()
      .toFile(path("wall.png"));
    const grounds = {
      transparent: [0, 0, 0, 0],
      "#ff000080": [255, 0, 0, 128],
      tomato: [255, 99, 71, 255],
      [path("wall.png")]: [16, 32, 48, 255],
      Sky: [96, 170, 248, 255],
      blue: [66, 125, 232, 255],
    };
    for (const [ground, expected] of Object.entries(grounds)) {
      const { code, err } = await cli(["animate", "cat", "--background", ground, "-o", path("b.apng"), "-q"]);
      expect([code, err, await corner("b.apng")]).toEqual([0, "", expected]);
    }
    expect((await cli(["animate", "cat on blue", "-o", path("b.apng"), "-q"])).code).toBe(0);
    expect(await corner("b.apng")).toEqual([66, 125, 232, 255]);
  });

  it.each(["gif", "webp"])("keeps transparency in a .%s", async (ending) => {
    const argv = ["animate", "cat", "--background", "transparent", "-o", path(`clear.${ending}`), "-q"];
    expect((await cli(argv)).code).toBe(0);
    for (const page of [0, 9]) expect((await corner(`clear.${ending}`, page))[3]).toBe(0);
  });

  it("names no file in its figures where it wrote none", async () => {
    const { err } = await cli(["animate", "cat", "-o", "-", "--json"]);
    expect(JSON.parse(err).detail[0].file).toBeUndefined();
  });

  it("lists motions", async () => {
    expect((await cli(["animate", "--list-motions"])).out.toString()).toBe("bounce\nspin\n");
  });
});

describe("--rounds", () => {
  it("makes a film of the rounds, guesses tinted, and then the clip", async () => {
    expect((await cli(["animate", "cat", "--rounds", path("made.apng"), "-q"])).code).toBe(0);
    const png = readFileSync(path("made.apng"));
    expect(chunksOf(png, "acTL")[0].readUInt32BE(0)).toBe(69 + 16);
    // Round 6 begins in patch 3 of the first frame: that one stands, so do the next two, one fell, and two are open.
    expect((await cli(["animate", "cat", "--rounds", path("made-%d.png"), "-q"])).code).toBe(0);
    const { data } = await sharp(path("made-6.png")).raw().toBuffer({ resolveWithObject: true });
    const tint = (cell: number) => {
      const [x, y] = [12 * (cell % 4) + 3, 12 * Math.floor(cell / 4) + 3];
      return Array.from(data.subarray(3 * (y * 48 + x), 3 * (y * 48 + x) + 3));
    };
    const [before, stands, , , fell, open] = [2, 3, 4, 5, 6, 7].map(tint);
    expect(before).toEqual([255, 255, 255]);
    expect(stands).toEqual([158, 217, 172]);
    // Of the colour of what was drawn in its place, tinted red.
    expect(fell[0]).toBeGreaterThan(fell[1]);
    // An amber light on patch 1, which is nearly green.
    expect(open).toEqual([4, 251, 37].map((own, i) => Math.round(0.55 * own + 0.45 * [255, 180, 30][i])));
  });
});

describe("clips that come from others", () => {
  it("go to tokens and back", async () => {
    const argv = ["animate", "cat on sky", "-q", "-o", path("tok.apng"), "--tokens", path("tok.json")];
    expect((await cli(argv)).code).toBe(0);
    const again = await cli(["animate", "--from-tokens", path("tok.json"), "-o", path("back.apng")]);
    expect([again.code, again.err]).toEqual([0, `16 frames from ${path("tok.json")}\n`]);
    expect(readFileSync(path("back.apng"))).toEqual(readFileSync(path("tok.apng")));
    const other = ["--background", "tomato", "--fps", "5", "--size", "20", "-o", path("back.gif"), "-q"];
    expect((await cli(["animate", "--from-tokens", path("tok.json"), ...other])).code).toBe(0);
    expect(await animated("back.gif")).toMatchObject({ width: 20, delay: new Array(16).fill(200) });
  });

  it("move a picture", async () => {
    await sharp({ create: { width: 30, height: 20, channels: 4, background: "#ff000080" } })
      .png()
      .toFile(path("thing.png"));
    const argv = ["animate", "spins", "-q", "--tokens"];
    expect((await cli([...argv, path("from.json"), "--from", path("thing.png")])).code).toBe(0);
    expect((await cli([...argv, path("free.json")])).code).toBe(0);
    expect(framesIn("from.json")).not.toEqual(framesIn("free.json"));
    await cli(["animate", "cat", "-q", "-o", path("moving.gif")]);
    const { code, err } = await cli([
      ...["animate", "spins", "--from", path("moving.gif"), "-o", path("from.webp")],
    ]);
    expect([code, err]).toEqual([
      0,
      expect.stringMatching(/moving\.gif holds 16 frames or pages: the first one is taken\n16 frames/),
    ]);
  });

  it.each(["gif", "webp"])("go on from a .%s, and need no prompt", async (ending) => {
    const first = path(`first.${ending}`);
    await cli(["animate", "cat", "-q", "-o", first, "--fps", "4", "--frames", "2"]);
    const result = await cli(["animate", "--continue", first, "-q", "--tokens", path(`next.${ending}.json`)]);
    expect(result).toMatchObject({ code: 0, err: "" });
    expect(framesIn(`next.${ending}.json`)).toHaveLength(16);
    const more = ["animate", "dog", "--continue", path(`next.${ending}.json`), "--frames", "40", "-q"];
    expect((await cli([...more, "-o", path("more.webp")])).code).toBe(0);
    expect((await animated("more.webp")).pages).toBe(40);
  });
});
