import { describe, expect, it } from "vitest";
import { normalize, paragraphs, phonemes, plannedSentences, sentences } from "../../src/speech/index.js";

describe("normalize speaks out", () => {
  it.each([
    ["It cost $5.50 and €3.", "It cost five dollars and fifty cents and three euros."],
    ["$1.2 million; $1; $0.99", "one point two million dollars; one dollar; ninety-nine cents"],
    [
      "on 3/4/2024 or 2024-12-31",
      "on March fourth, twenty twenty-four or December thirty-first, twenty twenty-four",
    ],
    ["Jan. 5th at 10:30 p.m.", "January fifth at ten thirty P M"],
    ["7 am, 9:05, 12:00", "seven ay M, nine oh five, twelve o'clock"],
    [
      "in 1984, 1900, 1905 and 2005",
      "in nineteen eighty-four, nineteen hundred, nineteen oh five and two thousand five",
    ],
    [
      "1,234,567 and 3.14 and -5°C",
      "one million two hundred thirty-four thousand five hundred sixty-seven and three point one four and minus five degrees Celsius",
    ],
    ["the 1st, 22nd and 100th", "the first, twenty-second and one hundredth"],
    ["5 km, 1 kg, 50% at 60 mph", "five kilometers, one kilogram, fifty percent at sixty miles per hour"],
    ["pages 5-7", "pages five to seven"],
    [
      "Dr. Smith and Mrs. Jones, e.g. in the U.S.A.",
      "Doctor Smith and Missus Jones, for example in the U S ay",
    ],
    ["St. John lives in Main St. at No. 5", "Saint John lives in Main Street at number five"],
    ["J. K. Rowling", "J K Rowling"],
    ["Call 555-123-4567", "Call five five five, one two three, four five six seven"],
    ["see example.com/help & more", "see example dot com slash help and more"],
    ["1/2 cup, 3/4", "one half cup, three over four"],
  ])("%s", (written, spoken) => {
    expect(normalize(written)).toBe(spoken);
  });

  it("keeps punctuation once, drops what cannot be said", () => {
    expect(normalize("“Well…” she said—no, (sighed)?! 😀 ")).toBe("Well. she said, no, sighed?");
    expect(normalize("a\u0000b\u0007 c\u200bd")).toBe("a b c d");
    expect(normalize("😀 ★ 日本語")).toBe("");
  });

  it("reads the digits of a number too long for words", () => {
    expect(normalize("1234567890123456789012")).toMatch(/^one two three/);
  });
});

describe("sentences", () => {
  it("splits at sentence ends, not at abbreviations", () => {
    expect(sentences(normalize("Mr. Brown came. Did he? Yes!"))).toEqual([
      "Mister Brown came.",
      "Did he?",
      "Yes!",
    ]);
  });

  it("cuts what is too long at clauses, then between words, then anywhere, and loses no letter", () => {
    const long = `${"word ".repeat(60)}, ${"other ".repeat(40)}`;
    const pieces = sentences(normalize(long), 100);
    expect(pieces.every((piece) => piece.length <= 100)).toBe(true);
    expect(pieces.join("").replace(/[^a-z]/g, "")).toBe(long.replace(/[^a-z]/g, ""));
    expect(sentences("a".repeat(350), 100)).toHaveLength(4);
  });

  it("takes a megabyte without a full stop", () => {
    expect(sentences("lorem ipsum ".repeat(90_000)).length).toBeGreaterThan(5000);
  });

  it("pauses longer behind paragraphs", () => {
    expect(paragraphs("One\ntwo.\n\nThree.")).toEqual(["One two.", "Three."]);
    expect(plannedSentences("One. Two.\n\nThree.").map(({ pause }) => pause)).toEqual([0.12, 0.4, 0]);
  });

  it("refuses text with nothing to say", () => {
    expect(() => plannedSentences(" \n ")).toThrow(/empty/);
    expect(() => plannedSentences("😀!!!")).toThrow(/nothing to say in "😀!!!"/);
  });
});

describe("phonemes", () => {
  it("keeps punctuation and ends with a mark", async () => {
    expect(await phonemes("Hello, world")).toBe("həlˈoʊ, wˈɜːld.");
    expect(await phonemes("Is it? Yes!")).toBe("ɪz ˈɪt? jˈɛs!");
    expect(await phonemes("")).toBe("");
  });
});
