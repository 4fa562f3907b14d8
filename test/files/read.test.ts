import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { readPicture } from "../../src/image/index.js";
import { temporaryFolder } from "../cli/helpers.js";

const { folder } = temporaryFolder();
const file = (name: string, bytes: Uint8Array | string) => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const square = (
  background: string | { r: number; g: number; b: number; alpha: number },
  width = 8,
  height = 8,
) => sharp({ create: { width, height, channels: 4, background } });
const corner = ({ data }: { data: Uint8Array }) => [...data.subarray(0, 3)];

describe("reading a picture", () => {
  it("puts alpha on white", async () => {
    const clear = await square({ r: 255, g: 0, b: 0, alpha: 0 }).png().toBuffer();
    expect(corner(await readPicture(clear, 4, 4))).toEqual([255, 255, 255]);
  });

  it("reads CMYK as colours", async () => {
    const cmyk = await square("red").flatten().toColourspace("cmyk").jpeg().toBuffer();
    const [r, g, b] = corner(await readPicture(cmyk, 4, 4));
    expect(r).toBeGreaterThan(180);
    expect(g + b).toBeLessThan(160);
  });

  it("takes the first frame of an animation", async () => {
    const frames = [await square("red").png().toBuffer(), await square("blue").png().toBuffer()];
    const animation = await sharp(frames, { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer();
    expect((await sharp(animation, { animated: true }).metadata()).pages).toBe(2);
    const { data } = await readPicture(animation, 8, 8);
    expect(data).toHaveLength(8 * 8 * 3);
    expect(corner({ data })).toEqual([255, 0, 0]);
  });

  it("keeps the shape of what is not square, white at the sides", async () => {
    const wide = await readPicture(await square("red", 16, 4).png().toBuffer(), 8, 8);
    expect(corner(wide)).toEqual([255, 255, 255]);
    expect([...wide.data.subarray(4 * 8 * 3, 4 * 8 * 3 + 3)]).toEqual([255, 0, 0]);
  });

  const bad: [string, () => Promise<string | Uint8Array>, RegExp][] = [
    [
      "is not there",
      async () => join(folder, "none.png"),
      /none.png cannot be read as a picture: there is no such file/,
    ],
    [
      "is a text",
      async () => file("text.png", "hello"),
      /text.png cannot be read as a picture: it is not a picture/,
    ],
    ["is empty", async () => file("empty.png", ""), /empty.png cannot be read as a picture/],
    [
      "is half a PNG",
      async () => {
        const whole = await square("red", 64, 64).png({ compressionLevel: 0 }).toBuffer();
        return file("half.png", whole.subarray(0, whole.length / 2));
      },
      /half.png cannot be read as a picture: it is damaged or not all there$/,
    ],
    [
      "is cut off",
      async () => {
        const whole = await sharp(Buffer.alloc(64 * 64 * 3, 77), {
          raw: { width: 64, height: 64, channels: 3 },
        })
          .jpeg()
          .toBuffer();
        return file("cut.jpg", whole.subarray(0, whole.length / 2));
      },
      /cut.jpg cannot be read as a picture: it is damaged or not all there$/,
    ],
    [
      "has more pixels than are safe",
      async () =>
        file("bomb.svg", '<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"></svg>'),
      /bomb.svg cannot be read as a picture: it has more pixels than are safe/,
    ],
  ];
  it.each(bad)("refuses what %s", async (_, make, message) => {
    await expect(readPicture(await make(), 8, 8)).rejects.toThrow(message);
  });

  it("refuses pixels of a wrong number", async () => {
    const pixels = { data: new Uint8Array(5), width: 2, height: 2 };
    await expect(readPicture(pixels, 8, 8)).rejects.toThrow(/2 x 2 need 12 bytes of RGB, and there are 5/);
  });
});
