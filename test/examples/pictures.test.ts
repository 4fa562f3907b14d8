import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { picture } from "../../examples/picture.js";
import { redraw } from "../../examples/redraw.js";
import { rows } from "../../examples/rows.js";

const folder = mkdtempSync(join(tmpdir(), "foretoken-examples-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the picture examples", () => {
  const file = join(folder, "heart.png");

  it("draw a picture in far fewer passes than tokens", async () => {
    expect(await picture("red heart", file)).toBeGreaterThan(2);
    const { channels } = await sharp(file).stats();
    // A red heart on white: red everywhere, little green in the middle.
    expect(channels[0].mean).toBeGreaterThan(channels[1].mean + 20);
  });

  it("show it row by row", async () => {
    const seen: number[][] = [];
    await rows("red heart", (row) => seen.push([...row]));
    expect(seen).toHaveLength(16);
    for (const row of seen) expect(row).toHaveLength(16);
  });

  it("draw parts of it anew", async () => {
    const { tokens, half, varied, pixels } = await redraw(file, "green heart");
    expect(half.slice(0, 128)).toEqual(tokens.slice(0, 128));
    expect(varied.filter((token, i) => token === tokens[i]).length).toBeGreaterThan(180);
    expect(pixels.data).toHaveLength(256 * 256 * 3);
  });
});
