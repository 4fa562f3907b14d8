import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { chooseBackdrop } from "../../src/files/films/backdrop.js";
import { createCompositor } from "../../src/files/films/compositor.js";
import { filmFormatOf, isPattern, numbered, sidesFor } from "../../src/files/films/formats.js";
import { framesSink } from "../../src/files/films/frames.js";
import { frameReader } from "../../src/files/films/read.js";
import { counter, delays, delivery } from "../../src/files/films/shape.js";
import { filmStrip } from "../../src/files/films/strip.js";
import type { Raster } from "../../src/files/pictures/pixels.js";
import { tinted } from "../../src/files/pictures/tint.js";
import { fakeHost, temporaryFolder } from "../cli/helpers.js";

const { path } = temporaryFolder();
const shape = { width: 4096, height: 4096, channels: 3, fps: 12, plays: 0 } as const;
const plain = (side: number, level: number): Raster => ({
  data: new Uint8Array(side * side * 3).fill(level),
  width: side,
  height: side,
  channels: 3,
});

describe("a film's name", () => {
  it("says what kind it is", () => {
    expect([filmFormatOf("A.MP4"), filmFormatOf("a.b.png")]).toEqual(["mp4", "png"]);
    expect(() => filmFormatOf("a.avi")).toThrow("a.avi ends in .avi: choose one of .mp4 .webm");
  });

  it("may be a pattern for single frames", () => {
    expect([isPattern("a.png"), isPattern("100%.png"), isPattern("a-%d.webp")]).toEqual([false, false, true]);
    expect(["f%d.png", "f_%03d_x.png", "50%%-%d.png"].map((pattern) => numbered(pattern, 7))).toEqual([
      "f7.png",
      "f_007_x.png",
      "50%-7.png",
    ]);
    for (const name of ["100%done.webp", "sale-20%discount.gif", "a%%.webp", "f%3d.png"])
      expect(isPattern(name), name).toBe(false);
    expect(numbered("f-%02d.png", 123)).toBe("f-123.png");
  });

  it("decides whether sides must be even", () => {
    expect(sidesFor("mp4", { width: 101, height: 50 })).toEqual({ width: 102, height: 50 });
    expect(sidesFor("gif", { width: 101, height: 50 })).toEqual({ width: 101, height: 50 });
  });
});

describe("frames in time", () => {
  it("last as long together as they should", () => {
    for (const fps of [1, 7, 12, 23.976, 29.97, 60]) {
      for (const step of [1, 10]) {
        const all = delays(480, fps, step);
        const away = all.reduce((sum, ms) => sum + ms, 0) - (480 * 1000) / fps;
        if (1000 / fps >= step) expect(Math.abs(away)).toBeLessThanOrEqual(step);
        expect(all.every((ms) => ms > 0 && ms % step === 0)).toBe(true);
      }
    }
  });
});

describe("memory", () => {
  it("is not filled with frames", () => {
    const count = counter(shape, "a.webp");
    for (let frame = 0; frame < 16; frame++) count();
    expect(count).toThrow("a.webp would have more than 16 frames of 4096 x 4096 pixels, too many");
  });

  it("holds equal frames once", async () => {
    let composed = 0;
    const own = await chooseBackdrop(undefined, []);
    const backdrop: typeof own = {
      ...own,
      behind(frame, ground) {
        composed++;
        return own.behind(frame, ground);
      },
    };
    const compositor = createCompositor({ width: 8, height: 8 }, backdrop);
    const frame = { index: 0, same: 0, width: 4, height: 4, rgba: new Uint8Array(64).fill(255) };
    const [one, other] = [
      await compositor.show(frame, undefined),
      await compositor.show({ ...frame, index: 5 }, undefined),
    ];
    expect([one === other, composed]).toEqual([true, 1]);
    await compositor.show({ ...frame, index: 6, same: 6 }, undefined);
    expect(composed).toBe(2);
  });
});

describe("a compositor", () => {
  it("shows a frame whole, in the middle, and knows where its parts are", async () => {
    const backdrop = await chooseBackdrop("transparent", []);
    const compositor = createCompositor({ width: 40, height: 20 }, backdrop);
    const frame = { index: 0, same: 0, width: 10, height: 10, rgba: new Uint8Array(400).fill(255) };
    const shown = await compositor.compose(frame, undefined);
    const alpha = (x: number, y: number) => shown.data[4 * (y * 40 + x) + 3];
    expect([alpha(5, 10), alpha(20, 10), alpha(35, 10)]).toEqual([0, 255, 0]);
    expect(compositor.area({ left: 2, top: -1, width: 5, height: 5 }, frame)).toEqual({
      left: 14,
      top: -2,
      width: 10,
      height: 10,
    });
  });

  it("tints parts that reach over the edge", () => {
    const raster = tinted(plain(4, 255), [{ left: -2, top: 3, width: 3, height: 9, colour: [0, 0, 0] }]);
    expect(Array.from(raster.data.filter((level) => level < 255))).toHaveLength(3);
  });
});

describe("what is given up", () => {
  it("does not come back when it is finished later", async () => {
    const done: string[] = [];
    const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 30));
    const place = {
      name: "a",
      fill: async () => {
        await slow();
        done.push("filled");
      },
      discard: async () => void done.push("discarded"),
    };
    const first = delivery(place);
    await first.abort();
    await first.deliver(Buffer.of(1));
    expect(done).toEqual(["discarded"]);
    const second = delivery(place);
    const delivered = second.deliver(Buffer.of(1));
    await second.abort();
    await delivered;
    expect(done).toEqual(["discarded", "filled", "discarded"]);
  });
});

describe("single frames", () => {
  it("take their places when all of them are there", async () => {
    mkdirSync(path("single"));
    writeFileSync(path("single/f1.png"), "old");
    const encode = async (frame: Raster) => Buffer.from(frame.data);
    const given = await framesSink(path("single/f%d.png"), encode);
    await given.write(plain(1, 1));
    expect(readdirSync(path("single"))).toHaveLength(2);
    await given.abort();
    expect(readdirSync(path("single"))).toEqual(["f1.png"]);
    const sink = await framesSink(path("single/f%d.png"), encode);
    for (const level of [1, 2]) await sink.write(plain(1, level));
    await sink.close();
    expect(readdirSync(path("single"))).toEqual(["f1.png", "f2.png"]);
  });
});

describe("a film that is read", () => {
  it("gives what is seen in each of so many moments, the last ones", async () => {
    const levels = [10, 20, 30, 40];
    const raw = { width: 8, height: 32, channels: 3, pageHeight: 8 } as const;
    await sharp(Buffer.concat(levels.map((level) => plain(8, level).data)), { raw })
      .webp({ lossless: true, delay: [500, 100, 0, 250] })
      .toFile(path("four.webp"));
    const { host } = fakeHost();
    const read = await frameReader(path("four.webp"), host);
    // 500, 100, 100 and 250 ms at 10 a second: 5, 1, 1 and 2 or 3 frames.
    const seen = async (last: number) =>
      Promise.all(
        (await read({ fps: 10, last, side: 4 })).map(async (png) => {
          const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
          expect(info.width).toBe(4);
          return data[0];
        }),
      );
    expect(await seen(99)).toEqual([10, 10, 10, 10, 10, 20, 30, 40, 40, 40].slice(0, 10));
    expect(await seen(4)).toEqual([30, 40, 40, 40]);
  });
});

describe("a strip", () => {
  it("has the frames of a clip side by side, below its caption", async () => {
    const frames = [0, 120, 240].map((level) => plain(10, level));
    const rows = [
      { frames, caption: "one & <two>" },
      { frames: frames.slice(0, 2), caption: "" },
    ];
    const { data, info } = await (await filmStrip(rows)).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([32 + 3 * 14 - 4, 16 + 2 * 52, 3]);
    const at = (x: number, y: number) => data[3 * (y * info.width + x)];
    expect([at(16, 42), at(30, 42), at(44, 42), at(16, 94), at(44, 94)]).toEqual([0, 120, 240, 0, 226]);
  });
});
