import { describe, expect, it } from "vitest";
import type { VideoManifest } from "../../src/video/index.js";
import { createClipReader } from "../../src/video/index.js";
import { inKnownWords } from "../../src/video/motions.js";

const ids = Object.fromEntries(
  [
    "red",
    "apple",
    "cat",
    "bounces",
    "up",
    "moves",
    "slowly",
    "big",
    "on",
    "blue",
    "face",
    "laughing",
    "animated",
  ].map((word, i) => [word, 10 + i]),
);
const motions = { bounce: ["bounces", "jumps"], up: ["moves up"], still: ["stays"] };
const reader = createClipReader(
  {
    ids,
    styles: { flat: 4, animated: 5 },
    stopWords: ["a", "the", "is"],
    motions,
    adverbs: { s: ["slowly"], f: ["fast"], n: [""] },
    sizes: { big: ["big"], normal: [""], small: ["small"] },
    colours: ["red", "blue"],
    grounds: { "on blue": "blue", "blue background": "blue" },
    things: [
      { name: "red apple", aliases: ["apple"], category: "food" },
      { name: "cat", aliases: [], category: "animal" },
      { name: "cat face", aliases: [], category: "animal" },
    ],
    animations: ["laughing face"],
    plans: { "bounce n normal": [1, 2], "up s big": [3, 4] },
  },
  {
    prompt: { words: 6, base: 100, pad: 0, unknown: 1, begin: 2, nostyle: 3 },
    styles: { default: "flat", aliases: { plain: "flat" }, words: { animated: "animated" } },
  } as unknown as VideoManifest,
);

describe("the reader of prompts", () => {
  it("finds thing, motion, ground and plan", () => {
    const read = reader.read("A red apple bounces on blue.");
    expect(read.words).toEqual(["red", "apple", "bounces", "on", "blue"]);
    expect(read.tokens).toEqual([104, 110, 111, 113, 118, 119, 100, 102]);
    expect(read).toMatchObject({ things: [[0]], ground: "blue", shifts: [1, 2], notes: [], style: "flat" });
  });

  it("takes the longest names and phrases, in the order of the words", () => {
    expect(reader.read("the cat face moves up slowly big").things).toEqual([[2]]);
    expect(reader.read("cat bounces apple").things).toEqual([[1], [0]]);
    expect(reader.read("big cat moves up slowly").shifts).toEqual([3, 4]);
  });

  it("knows when a colour is asked for besides the names", () => {
    expect(reader.read("a red apple bounces on blue").asKnown).toBe(true);
    expect(reader.read("a blue cat bounces").asKnown).toBe(false);
  });

  it("knows ways to say where something goes, also those that the words file has not", () => {
    const known = { ...motions, left: ["moves left"], right: ["moves right"] };
    for (const [said, meant] of [
      ["a fish swims from right to left", "a fish moves left"],
      ["a car drives from the left side to the right", "a car moves right"],
      ["a bird flies across the sky on blue", "a bird moves right on blue"],
      ["a balloon drifts upwards", "a balloon moves up"],
      ["a dog runs", "a dog moves right"],
    ])
      expect(inKnownWords(said, known)?.replace(/ +/g, " ")).toBe(meant);
    expect(inKnownWords("a running shoe on red", known)).toBeUndefined();
    expect(reader.read("a cat crawls upwards")).toMatchObject({ motion: "up", notes: [] });
    expect(reader.read("a cat bounces upwards").motion).toBe("bounce");
  });

  it("mends forms and slips, and says so", () => {
    expect(reader.read("apples bounce").words).toEqual(["apple", "bounces"]);
    const { words, notes } = reader.read("bouncez applle qqq cat");
    expect(words).toEqual(["bounces", "apple", "cat"]);
    expect(notes).toEqual([
      '"bouncez" is not known: read as "bounces"',
      '"applle" is not known: read as "apple"',
      '"qqq" is not known: left out',
    ]);
  });

  it("says when nothing moves, but for what moves by itself", () => {
    expect(reader.read("cat on blue").notes.join()).toMatch(/says how it moves/);
    expect(reader.read("animated laughing face")).toMatchObject({ style: "animated", notes: [] });
  });

  it("says when there are too many words", () => {
    const { words, notes } = reader.read("red red red red red red apple bounces");
    expect(words).toHaveLength(6);
    expect(notes).toContain("only the first 6 known words of the prompt count");
  });

  it("refuses what it cannot read", () => {
    expect(() => reader.read("the is a")).toThrow(/there are no words in/);
    expect(() => reader.read("xyzzyx")).toThrow(/no word of "xyzzyx" is known/);
    expect(() => reader.read("cat", "flt")).toThrow(
      /did you mean flat\? choose one of flat, animated, plain/,
    );
    expect(reader.wordless("plain").tokens).toEqual([104, 100, 100, 100, 100, 100, 100, 102]);
  });
});
