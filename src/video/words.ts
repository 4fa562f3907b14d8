import { usage } from "../core/errors.js";
import { hint } from "../core/near.js";
import { formOf, mended, nothingKnown, plainWords, quoted, unknownNote } from "../core/spelling.js";
import type { Token } from "../core/types.js";
import type { VideoManifest, VideoWords } from "./manifest.js";

/** What a prompt comes to. */
export interface ReadClip {
  /** The words that count, as the model has them. */
  readonly words: readonly string[];
  readonly style: string;
  /** The prompt's tokens. */
  readonly tokens: readonly Token[];
  /** What moves: indices of the words file's things. */
  readonly things: readonly number[];
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

/** The style in which things move by themselves. */
const ANIMATED = "animated";
const NO_STYLES: NonNullable<VideoManifest["styles"]> = { default: "", aliases: {}, words: {} };

/** Turns prompts into tokens: [style, words ..., begin]. */
export function createClipReader(
  file: VideoWords,
  { prompt: ids, styles: named = NO_STYLES }: VideoManifest,
): ClipReader {
  const styles = Object.keys(file.styles);
  const known = Object.keys(file.ids);
  const stop = new Set(file.stopWords);
  const plain = (text: string) => plainWords(text).filter((word) => !stop.has(word));
  const names = file.things.map(({ name, aliases }) => [name, ...aliases].map(plain));

  function styleOf(name: string): string {
    const style = named.aliases[name] ?? name;
    if (styles.includes(style)) return style;
    const all = [...styles, ...Object.keys(named.aliases)];
    throw usage(
      `there is no style ${JSON.stringify(name)}: ${hint(name, all)}choose one of ${all.join(", ")}`,
    );
  }

  function recognised(word: string, notes: string[]): string | undefined {
    const found = formOf(word, (form) => form in file.ids);
    if (found) return found;
    const instead = mended(word, known);
    notes.push(unknownNote(word, instead));
    return instead;
  }

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

  /** Things whose names stand in the words, the longest names first; a word belongs to one of them. */
  function thingsIn(words: readonly string[]): number[] {
    const left = words.slice();
    const found: { thing: number; place: number }[] = [];
    const candidates = names
      .flatMap((list, thing) => list.map((name) => ({ thing, name })))
      .filter(({ name }) => name.length && placeOf(name, words) >= 0)
      .sort((a, b) => b.name.length - a.name.length);
    for (const { thing, name } of candidates) {
      const place = placeOf(name, left);
      if (place < 0) continue;
      found.push({ thing, place });
      left.fill("", place, place + name.length);
    }
    return found.sort((a, b) => a.place - b.place).map(({ thing }) => thing);
  }

  function framed(words: readonly string[], style: string | undefined) {
    const middle = words.map((word) => file.ids[word]);
    const padding = new Array<Token>(ids.words - middle.length).fill(ids.pad);
    const chosen = style === undefined ? ids.nostyle : file.styles[style];
    return [chosen, ...middle, ...padding, ids.begin].map((id) => ids.base + id);
  }

  const usual = named.default || styles[0];
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
    read(prompt, wished) {
      const notes: string[] = [];
      let spoken = plain(prompt);
      let style = wished === undefined ? undefined : styleOf(wished);
      const stylish = spoken.find((word) => word in named.words);
      if (stylish && style === undefined && spoken.length > 1) {
        style = named.words[stylish];
        if (!(stylish in file.ids)) spoken = spoken.filter((word) => word !== stylish);
      }
      if (spoken.length === 0)
        throw usage(`there are no words in ${quoted(prompt)}: say what moves, and how`);
      const usable = spoken.slice(0, 4 * ids.words).flatMap((word) => recognised(word, notes) ?? []);
      if (usable.length === 0) throw usage(nothingKnown(prompt, spoken, known));
      const words = usable.slice(0, ids.words);
      if (spoken.length > usable.length + notes.length || usable.length > words.length)
        notes.push(`only the first ${ids.words} known words of the prompt count`);

      const motion = said(words, file.motions);
      const chosen = style ?? usual;
      if (!motion && chosen !== ANIMATED)
        notes.push(`nothing in ${quoted(prompt)} says how it moves: try "bounces", "spins", "flies left"`);
      const plan = [motion ?? "still", said(words, file.adverbs) ?? "n", said(words, file.sizes) ?? "normal"];
      return {
        words,
        style: chosen,
        notes,
        tokens: framed(words, chosen),
        things: thingsIn(words),
        ground: said(words, grounds),
        shifts: file.plans?.[plan.join(" ")],
      };
    },
    wordless: (style) => ({
      words: [],
      style: style === undefined ? usual : styleOf(style),
      notes: [],
      tokens: framed([], style && styleOf(style)),
      things: [],
    }),
  };
}

/** Where the words of `part` stand one after another; -1: nowhere. */
function placeOf(part: readonly string[], words: readonly string[]): number {
  return words.findIndex((_, at) => part.length > 0 && part.every((word, i) => words[at + i] === word));
}
