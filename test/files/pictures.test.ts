import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { isLight, parseColour } from "../../src/files/pictures/colour.js";
import { film } from "../../src/files/pictures/film.js";
import { pictureFormatOf } from "../../src/files/pictures/formats.js";
import { replaceGround } from "../../src/files/pictures/ground.js";
import type { Raster } from "../../src/files/pictures/pixels.js";
import { contactSheet, wrap } from "../../src/files/pictures/sheet.js";
import { tinted } from "../../src/files/pictures/tint.js";
import { encodePicture } from "../../src/files/pictures/write.js";
import { escapeXml, unescapeXml } from "../../src/files/pictures/xml.js";
import { fromXmp, inspect, toXmp } from "../../src/files/pictures/xmp.js";
import { temporaryFolder } from "../cli/helpers.js";

const { folder } = temporaryFolder();
const TRANSPARENT = { r: 255, g: 255, b: 255, alpha: 0 };
const GREEN = { r: 0, g: 128, b: 0, alpha: 255 };
const WHITE = { r: 255, g: 255, b: 255, alpha: 255 };

/** White with a red disc, its edge soft, and a white hole in it. */
function disc(side: number): Raster {
  const data = new Uint8Array(side * side * 3).fill(255);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const far = Math.hypot(x - side / 2, y - side / 2);
      const cover = Math.max(0, Math.min(1, side / 3 - far)) * Math.max(0, Math.min(1, far - side / 8));
      data.set([255, Math.round(255 * (1 - cover)), Math.round(255 * (1 - cover))], 3 * (y * side + x));
    }
  }
  return { data, width: side, height: side, channels: 3 };
}

const at = ({ data, width, channels }: Raster, x: number, y: number) =>
  Array.from(data.subarray((y * width + x) * channels, (y * width + x + 1) * channels));

describe("a colour", () => {
  it("is whatever CSS calls one", async () => {
    expect(await parseColour("tomato")).toEqual({ r: 255, g: 99, b: 71, alpha: 255 });
    expect(await parseColour("#0f0")).toEqual({ r: 0, g: 255, b: 0, alpha: 255 });
    expect(await parseColour("Transparent")).toEqual(TRANSPARENT);
    await expect(parseColour("blurple")).rejects.toThrow(
      "the background blurple is no colour: give a CSS name",
    );
    await expect(parseColour("")).rejects.toThrow('the background "" is no colour');
    expect([isLight(WHITE), isLight(GREEN), isLight({ ...GREEN, alpha: 0 })]).toEqual([true, false, true]);
  });
});

describe("a background", () => {
  const picture = disc(48);

  it("becomes transparent where it reaches the edge, with a soft border", () => {
    const cut = replaceGround(picture, TRANSPARENT);
    expect(cut.channels).toBe(4);
    expect(at(cut, 0, 0)[3]).toBe(0);
    expect(at(cut, 24, 12)).toEqual([255, 0, 0, 255]);
    // White inside stays.
    expect(at(cut, 24, 24)).toEqual([255, 255, 255, 255]);
    const border = Array.from({ length: 48 * 48 }, (_, i) => at(cut, i % 48, Math.floor(i / 48))).filter(
      ([, , , alpha]) => alpha > 0 && alpha < 255,
    );
    expect(border.length).toBeGreaterThan(20);
    // The white is out of the mixture: what is left is red.
    for (const [red, green] of border) expect([red, green < 8]).toEqual([255, true]);
  });

  it("becomes a colour, mixed into the border as the white was", () => {
    const onGreen = replaceGround(picture, GREEN);
    expect(onGreen.channels).toBe(3);
    expect([at(onGreen, 0, 0), at(onGreen, 24, 12), at(onGreen, 24, 24)]).toEqual([
      [0, 128, 0],
      [255, 0, 0],
      [255, 255, 255],
    ]);
    const same = replaceGround(picture, WHITE);
    expect(Math.max(...same.data.map((level, i) => Math.abs(level - picture.data[i])))).toBeLessThan(3);
  });

  it("may be all there is, or not be there", () => {
    const blank = { data: new Uint8Array(12).fill(255), width: 2, height: 2 };
    expect(Array.from(replaceGround(blank, TRANSPARENT).data.filter((_, i) => i % 4 === 3))).toEqual([
      0, 0, 0, 0,
    ]);
    const full = { data: new Uint8Array(12).fill(7), width: 2, height: 2 };
    expect(replaceGround(full, GREEN).data).toEqual(full.data);
  });
});

describe("a file", () => {
  it("is of the kind that its name says, and keeps what it says of itself", async () => {
    const xmp = toXmp({ prompt: 'a "cat" & <dog>, größer 😀', seed: 7 }, "cat");
    for (const format of ["png", "webp", "avif", "jpg", "jpeg"] as const) {
      const bytes = await encodePicture(disc(32), {
        format,
        ground: WHITE,
        size: { width: 40, height: 20 },
        xmp,
      });
      const path = join(folder, `a.${format}`);
      writeFileSync(path, bytes);
      const seen = await inspect(path);
      expect([seen.width, seen.height]).toEqual([40, 20]);
      expect(fromXmp(seen.xmpAsString!)).toEqual({ prompt: 'a "cat" & <dog>, größer 😀', seed: 7 });
    }
  });

  it("is fitted whole on its ground", async () => {
    const cut = replaceGround(disc(32), TRANSPARENT);
    const bytes = await encodePicture(cut, {
      format: "png",
      ground: TRANSPARENT,
      size: { width: 64, height: 32 },
    });
    const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    expect([data[3], data[4 * (8 * 64 + 32) + 3]]).toEqual([0, 255]);
  });

  it("has an extension that is known", () => {
    expect(pictureFormatOf("A.JPG")).toBe("jpg");
    expect(() => pictureFormatOf("a.pmg")).toThrow(
      "a.pmg ends in .pmg: did you mean .png? choose one of .png .webp .avif .jpg .jpeg",
    );
    expect(() => pictureFormatOf("cat")).toThrow("cat has no extension: choose one of .png");
  });
});

describe("what a picture says of itself", () => {
  it("is read as attribute, too, and is nothing where it is torn", () => {
    const attribute = '<rdf:Description foretoken:drawing="{&quot;seed&quot;:&#x31;}"/>';
    expect(fromXmp(attribute)).toEqual({ seed: 1 });
    expect(fromXmp("<foretoken:drawing>{</foretoken:drawing>")).toBeUndefined();
    expect(fromXmp("<x/>")).toBeUndefined();
  });

  it("holds any text", () => {
    const text = "<&>\"' \u0007\uFFFE\uD800 ok &amp;";
    expect(unescapeXml(escapeXml(text))).toBe("<&>\"'  ok &amp;");
    const drawing = { prompt: text };
    expect(fromXmp(toXmp(drawing, text))).toEqual(drawing);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
    expect(toXmp(drawing, text)).not.toMatch(/[\u0000-\u0008]/);
  });

  it("is asked of pictures only", async () => {
    const path = join(folder, "text.png");
    writeFileSync(path, "no picture");
    await expect(inspect(path)).rejects.toThrow(
      /^cannot read .*text\.png: it is not a picture; give a \.png/,
    );
    await expect(inspect(join(folder, "none.png"))).rejects.toThrow("there is no such file");
    await expect(inspect(folder)).rejects.toThrow(/^cannot read /);
  });
});

describe("a contact sheet", () => {
  it("has pictures in rows, captions under them", async () => {
    const entries = ["one", "a </text> & two", "three"].map((caption) => ({ raster: disc(64), caption }));
    const { data, info } = await (await contactSheet(entries, WHITE))
      .raw()
      .toBuffer({ resolveWithObject: true });
    // Two columns; the second caption takes two lines.
    expect([info.width, info.height, info.channels]).toEqual([2 * 80 + 16, 2 * (80 + 36) + 16, 3]);
    const sheet: Raster = { data, width: info.width, height: info.height, channels: 3 };
    expect(at(sheet, 16 + 32, 16 + 16)).toEqual([255, 0, 0]);
    expect(at(sheet, 16 + 80 + 32, 16 + 16)).toEqual([255, 0, 0]);
    expect(at(sheet, 0, 0)).toEqual([255, 255, 255]);
  });

  it("may be transparent", async () => {
    const raster = replaceGround(disc(32), TRANSPARENT);
    const sheet = await contactSheet([{ raster, caption: "" }], TRANSPARENT);
    const { data, info } = await sheet.raw().toBuffer({ resolveWithObject: true });
    expect([info.channels, data[3]]).toEqual([4, 0]);
  });

  it("wraps captions, and cuts what does not fit", () => {
    expect(wrap("a smiling cat", 20)).toEqual(["a smiling cat"]);
    expect(wrap("a smiling orange cat with a hat", 12)).toEqual(["a smiling", "orange cat …"]);
    expect(wrap("Donaudampfschifffahrt", 10)).toEqual(["Donaudamp…"]);
    expect(wrap("", 10)).toEqual([]);
  });
});

describe("a film", () => {
  it("is an animated WebP that rests at its end", async () => {
    const frames = [0, 120, 240].map((level) =>
      tinted(disc(32), [{ left: 0, top: 0, width: 8, height: 8, colour: [level, 0, 0] }]),
    );
    const seen = await sharp(await film(frames, toXmp({ seed: 1 })), { animated: true }).metadata();
    expect(seen).toMatchObject({
      format: "webp",
      pages: 3,
      width: 32,
      pageHeight: 32,
      delay: [80, 80, 2000],
      loop: 0,
    });
    expect(fromXmp(seen.xmpAsString!)).toEqual({ seed: 1 });
  });

  it("tints places, transparent ones too", () => {
    const colour = [0, 0, 255] as const;
    const raster = replaceGround(disc(32), TRANSPARENT);
    const shown = tinted(raster, [{ left: 0, top: 0, width: 4, height: 4, colour }]);
    expect(at(shown, 0, 0)).toEqual([140, 140, 255, 128]);
    expect(at(shown, 4, 0)[3]).toBe(0);
    expect(at(tinted(disc(32), [{ left: 16, top: 6, width: 1, height: 1, colour }]), 16, 6)).not.toEqual([
      255, 0, 0,
    ]);
  });
});
