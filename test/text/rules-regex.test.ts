import { describe, expect, it } from "vitest";
import { choiceGrammar, choiceRules, regexGrammar, regexRules } from "../../src/text/rules/index.js";
import {
  bytesOf,
  chance,
  cut,
  encoding,
  isOf,
  letsThrough,
  oneOf,
  sample,
  vocabulary,
} from "./rules-setup.js";

const whole = ({ source, flags }: RegExp) =>
  new RegExp(`(?<![\\s\\S])(?:${source})(?![\\s\\S])`, flags.replace(/[gy]/g, ""));

/** A flag that TypeScript does not know at our target. */
const SETS = "v";

const PATTERNS: readonly RegExp[] = [
  /abc/,
  /a*b+c?/,
  /(?:ab|abc|b)*c/,
  /\d{4}-\d{2}/,
  /[^a]{2,3}/,
  /[^a]{2,3}/u,
  /.+/,
  /.+/u,
  /^.$/su,
  /./,
  /😀+|ä/u,
  /[😀-😂]b?/u,
  /[äöü]+/i,
  /AbC/i,
  /^abc$/,
  /^a|b$/,
  /(?:^a|b)c?(?:a$|b)?/,
  /\bab\b(?: \bc\b)?/,
  /a\Bb/,
  /^(?=.*b)(?=.*a)[abc]{2,4}$/,
  /^(?!a)(?!.*cc)[abc]+$/,
  /a(?=b)[bc]+/,
  /a(?!b)[abc]*/,
  /[abc]*(?<=b)c/,
  /[abc]*(?<!b)c/,
  /(a|b)\1/,
  /(?:\b\w+\b[ \n]*){1,3}/,
  /(?:(?=a|b)(?:[ab](?!c)|[^A](?<=b)))*c/,
  /^a\nb$/m,
  /(?:a$\n^b|c)/m,
  /\p{Lu}\p{Ll}*/u,
  new RegExp("[\\p{L}--[a-z]]{1,2}", SETS),
  /|a|ab/,
  /"[^"\\]*"/u,
];
const ALPHABET = [
  "a",
  "b",
  "c",
  "a",
  "b",
  "c",
  "A",
  "C",
  "ä",
  "Ä",
  "ü",
  "\n",
  " ",
  "1",
  "-",
  "😀",
  "😁",
  '"',
  "\\",
];

describe("regexRules", () => {
  for (const regex of PATTERNS) {
    it(`writes what matches as a whole: ${regex}`, () => {
      for (const words of [vocabulary, encoding]) {
        const rules = regexRules(regex, words);
        for (let seed = 1; seed <= 60; seed++) {
          const { text } = sample(rules, chance(seed), 8);
          expect(text).toMatch(whole(regex));
        }
      }
    });

    it(`lets through what matches, and nothing else: ${regex}`, () => {
      const grammar = regexGrammar(regex);
      const random = chance(7);
      const seen = new Set<boolean>();
      for (let round = 0; round < 3_000; round++) {
        const length = Math.floor(random() * 6);
        const text = Array.from({ length }, () => oneOf(ALPHABET, random)).join("");
        const matches = whole(regex).test(text);
        seen.add(matches);
        if (isOf(grammar, text) !== matches) expect([text, matches]).toEqual([text, !matches]);
      }
      expect(seen.has(false)).toBe(true);
    });
  }

  it("lets a text through in whatever tokens it is cut into", () => {
    const texts: readonly (readonly [RegExp, string])[] = [
      [/the \w+ abc😀+/u, "the name abc😀😀"],
      [/[\s\S]*/, "ä日本😀\n\u0000"],
      [/(?:日本|ä)+x?/, "日本ä日本x"],
    ];
    for (const [regex, text] of texts) {
      const rules = regexRules(regex, vocabulary);
      for (let seed = 1; seed <= 40; seed++) expect(letsThrough(rules, cut(text, chance(seed)))).toBe(true);
      expect(letsThrough(rules, Array.from(bytesOf(text)))).toBe(true);
    }
  });

  it("takes a string as a pattern with the flag u", () => {
    expect(isOf(regexGrammar("^.$"), "😀")).toBe(true);
    expect(isOf(regexGrammar(/^.$/), "😀")).toBe(false);
    expect(isOf(regexGrammar(/^..$/), "😀")).toBe(true);
  });

  it("says what is wrong with a pattern", () => {
    expect(() => regexGrammar("(a")).toThrow(
      /"\(a" is no regular expression with the flag u: .*Unterminated group/,
    );
    expect(() => regexGrammar(/[^\s\S]/)).toThrow(/matches no text: nothing could be written/);
    expect(() => regexGrammar(/a^b/)).toThrow(/the regular expression \/a\^b\/ matches no text/);
    expect(() => regexGrammar(/[\ud800-\udbff]/u)).toThrow(/matches no text/);
    expect(() => regexGrammar(/^$/)).toThrow(/matches the empty text only/);
    expect(() => regexGrammar(/(a*)b\1/)).toThrow(
      /cannot be made into an automaton \(Backreferences .*: simplify it/,
    );
    expect(() => regexGrammar(/(?:(?!a)(?:b(?!c)|c)*)+(?:a(?=b)b|1)/)).toThrow(
      /cannot be made into an automaton \(it has lookarounds or word boundaries that reach too far\): simplify it/,
    );
    expect(() => regexGrammar(/(?:a|b)*a(?:a|b){40}/)).toThrow(
      /cannot be made into an automaton \(.*nodes\)/,
    );
  });
});

describe("choiceRules", () => {
  const choices = ["yes", "yes, please", "no", "😀", "ä", ""];

  it("writes one of the choices, and can write each", () => {
    const rules = choiceRules(choices, vocabulary);
    const found = new Set<string>();
    for (let seed = 1; seed <= 400; seed++) found.add(sample(rules, chance(seed)).text);
    expect([...found].sort()).toEqual([...choices].sort());
    for (const text of choices)
      for (let seed = 1; seed <= 10; seed++) expect(letsThrough(rules, cut(text, chance(seed)))).toBe(true);
    expect(letsThrough(rules, cut("ye", chance(1)))).toBe(false);
  });

  it("says what is wrong with choices", () => {
    for (const none of [[], [""]]) expect(() => choiceGrammar(none)).toThrow(/nothing to choose from/);
    expect(() => choiceGrammar(["a", "\ud83d"])).toThrow(/holds half a character \(a lone surrogate\)/);
  });
});
