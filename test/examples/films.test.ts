import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { film } from "../../examples/film.js";
import { pictureFilm } from "../../examples/picture-film.js";

const folder = mkdtempSync(join(tmpdir(), "foretoken-examples-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the film examples", () => {
  it("make a film in far fewer passes than tokens", async () => {
    const file = join(folder, "heart.webp");
    // A length of its own: how far the plan drafts depends on what else the machine does.
    expect(await film("a red heart bounces on white", file, { draftLength: 64 })).toBeGreaterThan(8);
    const { pages, delay, loop } = await sharp(file).metadata();
    expect({ pages, loop }).toEqual({ pages: 16, loop: 0 });
    expect(delay).toEqual(new Array(16).fill(83));
    // A red heart on white: red everywhere, less green in the middle.
    const { channels } = await sharp(file).stats();
    expect(channels[0].mean).toBeGreaterThan(channels[1].mean + 10);
  });

  it("move a picture's thing, without a ground", async () => {
    const picture = join(folder, "ball.png");
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="80"><circle cx="40" cy="40" r="30" fill="#22a"/></svg>';
    await sharp(Buffer.from(svg)).flatten({ background: "#eee" }).png().toFile(picture);
    const name = (frame: number) => join(folder, `ball-${frame}.png`);
    expect(await pictureFilm(picture, "it bounces", name)).toBe(16);
    // The thing is in the middle of the first frame, as it was, and nothing is at its edge.
    const first = sharp(name(0));
    const { width = 0 } = await first.metadata();
    const pixels = await first.raw().toBuffer();
    const at = (place: number) => [...pixels.subarray(4 * place, 4 * place + 4)];
    expect(at(0)[3]).toBe(0);
    const [red, , blue, alpha] = at((width * width) / 2 + width / 2);
    expect(alpha).toBeGreaterThan(200);
    expect(blue).toBeGreaterThan(red + 60);
  });
});
