import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { readMatte } from "../../src/video/matte.js";

const SIDE = 96;

/** A red square of 40 pixels, its upper left corner at (20, 30), on a ground. */
async function square(ground: (y: number) => readonly number[], channels: 3 | 4 = 3) {
  const data = new Uint8Array(SIDE * SIDE * channels);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const inside = y >= 20 && y < 60 && x >= 30 && x < 70;
      data.set(inside ? [220, 30, 30, 255].slice(0, channels) : ground(y), (y * SIDE + x) * channels);
    }
  }
  return sharp(data, { raw: { width: SIDE, height: SIDE, channels } })
    .png()
    .toBuffer();
}

describe("readMatte", () => {
  it("goes by alpha", async () => {
    const { box, ground } = await readMatte(await square(() => [0, 0, 0, 0], 4), SIDE, SIDE);
    expect(box).toEqual({ left: 30, top: 20, width: 40, height: 40 });
    expect(ground).toBeUndefined();
  });

  it("cuts things out of one colour, and of a gradient", async () => {
    const plain = await readMatte(await square(() => [40, 120, 230]), SIDE, SIDE);
    expect(plain.box).toEqual({ left: 30, top: 20, width: 40, height: 40 });
    expect(plain.ground?.top).toEqual([40, 120, 230]);
    const fading = await readMatte(await square((y) => [40, 40 + 2 * y, 230]), SIDE, SIDE);
    expect(fading.box).toEqual({ left: 30, top: 20, width: 40, height: 40 });
    expect(fading.ground).toEqual({ top: [40, 40, 230], bottom: [40, 230, 230] });
  });

  it("says what is wrong", async () => {
    const empty = await sharp({ create: { width: 50, height: 50, channels: 3, background: "white" } })
      .png()
      .toBuffer();
    await expect(readMatte(empty, SIDE, SIDE)).rejects.toThrow("nothing that stands on a plain ground");
    const noise = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => (i * 7919) % 256);
    const noisy = await sharp(noise, { raw: { width: SIDE, height: SIDE, channels: 3 } })
      .png()
      .toBuffer();
    await expect(readMatte(noisy, SIDE, SIDE)).rejects.toThrow("nothing that stands on a plain ground");
    await expect(readMatte("no/such.png", SIDE, SIDE)).rejects.toThrow(
      "no/such.png cannot be read as a picture",
    );
    const clear = await sharp({ create: { width: 50, height: 50, channels: 4, background: "#0000" } })
      .png()
      .toBuffer();
    await expect(readMatte(clear, SIDE, SIDE)).rejects.toThrow("is empty");
  });
});
