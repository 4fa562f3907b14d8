import { quoted } from "../core/errors.js";
import type { Token } from "../core/types.js";
import { formOf, plainWords, wordReader } from "../medium/captions.js";
import type { VideoManifest, VideoWords } from "./manifest.js";
import { inKnownWords } from "./motions.js";
import { ANIMATED } from "./names.js";

/** What a prompt comes to. */
export interface ReadClip {
  /** The words that count, as the model has them. */
  readonly words: readonly string[];
  readonly style: string;
  /** The prompt's tokens. */
  readonly tokens: readonly Token[];
  /** What moves: for each name the words file's things of that name, by index. */
  readonly things: readonly (readonly number[])[];
  readonly motion?: string;
  /** The poses its frames would show if all goes as the words say; 0: nothing, n: piece n - 1 of a thing in the store. */
  readonly poses?: readonly number[];
  /** Whether things shall look as they always do: no colour is asked for besides their names. */
  readonly asKnown: boolean;
  /** The ground, where words say one. */
  readonly ground?: string;
  /** The shifts its frames would have if all goes as the words say. */
  readonly shifts?: readonly number[];
  /** What became of words the model does not know, a line each. */
  readonly notes: readonly string[];
}

export interface ClipReader {
  readonly styles: readonly string[];
  readonly motions: readonly string[];
  readonly things: readonly string[];
  /** @throws usage errors that list near ones for an unknown style and for a prompt without a usable word */
  read(prompt: string, style?: string): ReadClip;
  /** The prompt without words: for frames that are given. */
  wordless(style?: string): ReadClip;
}

/** Turns prompts into tokens: [style, words ..., begin]. */
export function createClipReader(file: VideoWords, manifest: VideoManifest): ClipReader {
  const reader = wordReader(file, manifest, { wanted: "what moves, and how", keepsStyleWords: true });
  const { styles, usualStyle, styleOf, has } = reader;
  const stop = new Set(file.stopWords);
  const colours = new Set(file.colours);
  const plain = (text: string) => plainWords(text).filter((word) => !stop.has(word));
  /** Animations count as things behind the others. */
  const names = [
    ...file.things.map(({ name, aliases }) => [name, ...aliases]),
    ...file.animations.map((name) => [name]),
  ];
  const called = new Map<string, number[]>();
  names.forEach((list, thing) => {
    for (const name of new Set(list.map((one) => plain(one).join(" "))))
      if (name) called.set(name, [...(called.get(name) ?? []), thing]);
  });

  /** Of all phrases that stand in the words, the longest, and what it means. */
  function said(words: readonly string[], phrases: Readonly<Record<string, readonly string[]>>) {
    let found: { meaning: string; length: number } | undefined;
    for (const [meaning, list] of Object.entries(phrases)) {
      for (const phrase of list) {
        const parts = plain(phrase);
        if (parts.length > (found?.length ?? 0) && placeOf(parts, words) >= 0)
          found = { meaning, length: parts.length };
      }
    }
    return found?.meaning;
  }

  /** Things whose names stand in the words, the longest names first; a word belongs to one name. And the words left. */
  function thingsIn(words: readonly string[]): { things: (readonly number[])[]; rest: string[] } {
    const rest = words.slice();
    const take = (phrase: readonly string[]) => {
      const place = placeOf(phrase, rest);
      if (place >= 0) rest.fill("", place, place + phrase.length);
      return place;
    };
    const longestFirst = (phrases: Iterable<string>) =>
      [...phrases]
        .map((phrase) => phrase.split(" "))
        .filter((phrase) => placeOf(phrase, words) >= 0)
        .sort((a, b) => b.length - a.length);
    for (const phrase of longestFirst(Object.keys(file.grounds))) take(phrase);
    const found: { things: readonly number[]; place: number }[] = [];
    for (const name of longestFirst(called.keys())) {
      const place = take(name);
      if (place >= 0) found.push({ things: called.get(name.join(" ")) ?? [], place });
    }
    return { things: found.sort((a, b) => a.place - b.place).map(({ things }) => things), rest };
  }

  const framed = (words: readonly string[], style: number) =>
    reader.tokens(
      [style],
      words.map((word) => file.ids[word]),
    );

  const lists = (of: Readonly<Record<string, string>>) =>
    Object.entries(of).reduce<Record<string, string[]>>((all, [phrase, meaning]) => {
      all[meaning] = [...(all[meaning] ?? []), phrase];
      return all;
    }, {});
  const grounds = lists(file.grounds);

  return {
    styles,
    motions: Object.keys(file.motions),
    things: file.things.map(({ name }) => name),
    read(text, wished) {
      const moves = said(
        plain(text).map((word) => formOf(word, has) ?? word),
        file.motions,
      );
      const prompt = moves ? text : (inKnownWords(text, file.motions) ?? text);
      const { words, style = usualStyle, notes } = reader.read(prompt, plain(prompt), wished);

      const motion = said(words, file.motions);
      if (!motion && style !== ANIMATED)
        notes.push(`nothing in ${quoted(prompt)} says how it moves: try "bounces", "spins", "flies left"`);
      const { things, rest } = thingsIn(words);
      const size = said(words, file.sizes) ?? "normal";
      const plan = [motion ?? "still", said(words, file.adverbs) ?? "n", size].join(" ");
      return {
        words,
        style,
        notes,
        tokens: framed(words, file.styles[style]),
        things,
        motion,
        asKnown: !rest.some((word) => colours.has(word)),
        ground: said(words, grounds),
        shifts: file.plans?.[plan],
        poses: file.poses?.[plan],
      };
    },
    wordless: (style) => ({
      words: [],
      style: style === undefined ? usualStyle : styleOf(style),
      notes: [],
      tokens: framed([], style === undefined ? manifest.prompt.nostyle : file.styles[styleOf(style)]),
      things: [],
      asKnown: false,
    }),
  };
}

/** Where the words of `part` stand one after another; -1: nowhere. */
function placeOf(part: readonly string[], words: readonly string[]): number {
  return words.findIndex((_, at) => part.length > 0 && part.every((word, i) => words[at + i] === word));
}
