import { describe, expect, it } from "vitest";
import type { ImageManifest, WordsFile } from "../../src/image/manifest.js";
import { createReader } from "../../src/image/words.js";

const words = ["red", "blue", "cat", "apple", "smiling", "sad", "robot", "flat", "tire", "glasses", "lynx"];
const file: WordsFile = {
  ids: Object.fromEntries(words.map((word, i) => [word, 20 + i])),
  nseen: 20 + words.length - 1,
  styles: { plain: 8, shaded: 9 },
  colours: ["red", "blue"],
  moods: { sad: "sad" },
  captions: { "flat tire": ["plain"], "red apple": ["plain"], cat: ["plain"], "sad cat": ["plain"] },
};
const manifest = {
  prompt: { words: 4, base: 100, pad: 0, null: 1, unknown: 2, begin: 3, clean: 4, recoloured: 7, mood: 5 },
  styles: { default: "plain", aliases: { "3d": "shaded" }, words: { flat: "plain", "3d": "shaded" } },
} as unknown as ImageManifest;
const reader = createReader(file, manifest);
const idsOf = (prompt: string, style?: string) =>
  reader.read(prompt, style).tokens.map((token) => token - 100);

describe("reading a prompt", () => {
  it("makes style, kind, words, padding and begin of it", () => {
    expect(idsOf("cat")).toEqual([8, 4, 22, 0, 0, 0, 3]);
    expect(reader.read("cat").unconditional.map((token) => token - 100)).toEqual([8, 4, 1, 1, 1, 1, 3]);
  });

  it("sees colours and moods that no caption has", () => {
    expect(idsOf("a Blue cat!")[1]).toBe(7);
    expect(idsOf("sad robot")[1]).toBe(5);
    expect(idsOf("red apple")[1]).toBe(4);
    expect(idsOf("sad cat")[1]).toBe(4);
    expect(idsOf("red")[1]).toBe(4);
  });

  it("takes singular for plural, and mends slips of the finger, and says so", () => {
    expect(reader.read("cats").words).toEqual(["cat"]);
    const read = reader.read("smilling robot");
    expect(read.words).toEqual(["smiling", "robot"]);
    expect(read.notes).toEqual(['"smilling" is not known: read as "smiling"']);
  });

  it("leaves unknown words out and says so; says what only has a word vector", () => {
    const read = reader.read("cat zeppelin");
    expect(read.words).toEqual(["cat"]);
    expect(read.notes).toEqual(['"zeppelin" is not known: left out']);
    expect(reader.read("lynx").notes[0]).toMatch(/"lynx" was never seen in training/);
    expect(reader.read("cat constructor").notes).toEqual(['"constructor" is not known: left out']);
  });

  it("lets a word choose the style, unless the style is given or the caption has the word", () => {
    expect(reader.read("3d cat").style).toBe("shaded");
    expect(reader.read("3d cat").words).toEqual(["cat"]);
    expect(reader.read("3d cat", "plain").style).toBe("plain");
    expect(reader.read("flat tire").words).toEqual(["flat", "tire"]);
    expect(reader.read("cat", "3d").style).toBe("shaded");
  });

  it("says that only so many words count", () => {
    const read = reader.read("red blue cat apple robot");
    expect(read.words).toHaveLength(4);
    expect(read.notes.at(-1)).toBe("only the first 4 known words of the prompt count");
    expect(reader.read("cat ".repeat(10_000)).words).toHaveLength(4);
  });

  it("refuses what has no usable word, with near ones", () => {
    expect(() => reader.read("")).toThrow(/there are no words in ""/);
    expect(() => reader.read("\u0000\u0007 …")).toThrow(/there are no words/);
    expect(() => reader.read("robbit xqzzy")).not.toThrow();
    expect(() => reader.read("xqzzy vwwrt")).toThrow(/no word of "xqzzy vwwrt" is known/);
    expect(() => reader.read("catamaran")).toThrow(/near ones: .*cat/);
  });

  it("refuses an unknown style, with the near one", () => {
    expect(() => reader.read("cat", "shadey")).toThrow(/there is no style "shadey": did you mean shaded\?/);
  });
});
