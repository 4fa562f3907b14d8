import type { Token } from "../core/types.js";
import { plainWords, wordReader } from "../medium/captions.js";
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
export function createReader(file: WordsFile, manifest: ImageManifest): Reader {
  const { prompt: ids } = manifest;
  const { styles, usualStyle, styleOf, ...reader } = wordReader(file, manifest, { wanted: "what to draw" });
  const captions = new Set(Object.keys(file.captions));
  const colours = new Set(file.colours);
  const moods = Object.keys(file.moods ?? {});

  function kindOf(words: readonly string[]): Token {
    if (captions.has(words.join(" "))) return ids.clean;
    if (words.some((word) => colours.has(word)) && words.length > 1) return ids.recoloured;
    const phrase = ` ${words.join(" ")} `;
    const moody = words.length > 1 && moods.some((mood) => phrase.includes(` ${mood} `));
    return moody && ids.mood !== undefined ? ids.mood : ids.clean;
  }

  /** The prompt's tokens, with its words and without. */
  function framed(words: readonly string[], style = usualStyle) {
    const first = [file.styles[style], kindOf(words)];
    return {
      style,
      tokens: reader.tokens(
        first,
        words.map((word) => file.ids[word]),
      ),
      unconditional: reader.tokens(first, new Array<number>(ids.words).fill(ids.null)),
    };
  }

  return {
    styles,
    read(prompt, wished) {
      const all = plainWords(prompt);
      const spoken = captions.has(all.join(" ")) ? all : all.filter((word) => !ARTICLES.has(word));
      const isCaption = captions.has(spoken.join(" "));
      const { words, style, notes } = reader.read(prompt, spoken, wished, !isCaption);
      return { words, notes, ...framed(words, style) };
    },
    wordless(style) {
      const { unconditional, ...rest } = framed([], style && styleOf(style));
      return { words: [], notes: [], ...rest, tokens: unconditional, unconditional };
    },
  };
}
