import { usage } from "../core/errors.js";
import type { Token } from "../core/types.js";
import { formOf, mended, nothingKnown, plainWords, quoted, unknownNote } from "../medium/spelling.js";
import { NO_STYLES, styleNamed } from "../medium/styles.js";
import type { ImageManifest, WordsFile } from "./manifest.js";

/** What a prompt comes to. */
export interface ReadPrompt {
  /** The words that count, as the model has them. */
  readonly words: readonly string[];
  readonly style: string;
  /** The prompt's tokens, and those of the same prompt without its words, for guidance. */
  readonly tokens: readonly Token[];
  readonly unconditional: readonly Token[];
  /** What became of words the model does not know, a line each. */
  readonly notes: readonly string[];
}

export interface Reader {
  readonly styles: readonly string[];
  /** @throws usage errors that list near ones for an unknown style and for a prompt without a usable word */
  read(prompt: string, style?: string): ReadPrompt;
  /** The prompt without words: for pictures that are given in part. */
  wordless(style?: string): ReadPrompt;
}

/** Words that captions leave out. */
const ARTICLES = new Set(["a", "an", "the"]);

/** Turns prompts into tokens: [style, kind, words ..., begin]. */
export function createReader(
  file: WordsFile,
  { prompt: ids, styles: named = NO_STYLES }: ImageManifest,
): Reader {
  const styles = Object.keys(file.styles);
  const seen = Object.keys(file.ids).filter((word) => file.ids[word] < file.nseen);
  const captions = new Set(Object.keys(file.captions));
  const colours = new Set(file.colours);
  const moods = Object.keys(file.moods ?? {});

  const styleOf = (name: string) => styleNamed(name, styles, named);

  /** The word itself, its singular or plural, or the nearest by spelling. */
  function known(word: string, notes: string[]): string | undefined {
    const found = formOf(word, (form) => form in file.ids);
    if (found) {
      if (file.ids[found] >= file.nseen)
        notes.push(`"${word}" was never seen in training: its nearest in meaning have to do`);
      return found;
    }
    const instead = mended(word, seen);
    notes.push(unknownNote(word, instead));
    return instead;
  }

  function kindOf(words: readonly string[]): Token {
    if (captions.has(words.join(" "))) return ids.clean;
    if (words.some((word) => colours.has(word)) && words.length > 1) return ids.recoloured;
    const phrase = ` ${words.join(" ")} `;
    const moody = words.length > 1 && moods.some((mood) => phrase.includes(` ${mood} `));
    return moody && ids.mood !== undefined ? ids.mood : ids.clean;
  }

  /** The prompt's tokens, with its words and without. */
  function framed(words: readonly string[], style = named.default || styles[0]) {
    const frame = (middle: readonly Token[]) => {
      const padding = new Array<Token>(ids.words - middle.length).fill(ids.pad);
      return [file.styles[style], kindOf(words), ...middle, ...padding, ids.begin].map((at) => ids.base + at);
    };
    return {
      style,
      tokens: frame(words.map((word) => file.ids[word])),
      unconditional: frame(new Array<Token>(ids.words).fill(ids.null)),
    };
  }

  return {
    styles,
    read(prompt, wished) {
      const notes: string[] = [];
      let spoken = plainWords(prompt);
      if (!captions.has(spoken.join(" "))) spoken = spoken.filter((word) => !ARTICLES.has(word));
      let style = wished === undefined ? undefined : styleOf(wished);
      const stylish = spoken.find((word) => word in named.words);
      if (style === undefined && stylish && !captions.has(spoken.join(" ")) && spoken.length > 1) {
        style = named.words[stylish];
        spoken = spoken.filter((word) => word !== stylish);
      }
      if (spoken.length === 0) throw usage(`there are no words in ${quoted(prompt)}: say what to draw`);
      const usable = spoken.slice(0, 4 * ids.words).flatMap((word) => known(word, notes) ?? []);
      if (usable.length === 0) throw usage(nothingKnown(prompt, spoken, seen));
      const words = usable.slice(0, ids.words);
      if (spoken.length > usable.length + notes.length || usable.length > words.length)
        notes.push(`only the first ${ids.words} known words of the prompt count`);

      return { words, notes, ...framed(words, style) };
    },
    wordless(style) {
      const { unconditional, ...rest } = framed([], style && styleOf(style));
      return { words: [], notes: [], ...rest, tokens: unconditional, unconditional };
    },
  };
}
