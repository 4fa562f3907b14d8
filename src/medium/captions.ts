import { z } from "zod";
import { quoted, usage } from "../core/errors.js";
import { nearest, noSuch } from "../core/near.js";
import type { Token } from "../core/types.js";

/** Shorter names of a model's styles, and words that choose one when they stand in a prompt. */
export const stylesSchema = z.object({
  default: z.string(),
  aliases: z.record(z.string(), z.string()),
  words: z.record(z.string(), z.string()),
});

export type NamedStyles = z.infer<typeof stylesSchema>;

export const NO_STYLES: NamedStyles = { default: "", aliases: {}, words: {} };

/** Lower-case words of a-z and digits, accents taken off. */
export const plainWords = (text: string): string[] =>
  text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f’']/g, "")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);

/** The word itself or its singular or plural, if one of them is known. */
export function formOf(word: string, isKnown: (word: string) => boolean): string | undefined {
  const other = word.endsWith("s") ? word.slice(0, -1) : `${word}s`;
  return [word, other].find(isKnown);
}

/** The known word of which this is a likely misspelling: a guess at a meaning is worse than none. */
function mended(word: string, known: readonly string[]): string | undefined {
  const near = word.length > 3 ? nearest(word, known) : undefined;
  const slip = near !== undefined && near[0] === word[0] && Math.abs(near.length - word.length) <= 1;
  return slip ? near : undefined;
}

/** Known words like those of a prompt in which no word is known, or what else to try. */
function nothingKnown(prompt: string, spoken: readonly string[], known: readonly string[]): string {
  const near = spoken.slice(0, 3).flatMap((word) => {
    const alike = known.filter(
      (other) => other.length > 2 && (other.startsWith(word.slice(0, 3)) || word.includes(other)),
    );
    return [nearest(word, known), ...alike.slice(0, 3)].filter((found) => found !== undefined);
  });
  const help = near.length
    ? `near ones: ${[...new Set(near)].slice(0, 6).join(", ")}`
    : "try things, animals, faces, food";
  return `no word of ${quoted(prompt)} is known; ${help}`;
}

/** What all words files have: ids of words and of styles. */
interface Ids {
  readonly ids: Readonly<Record<string, number>>;
  readonly styles: Readonly<Record<string, number>>;
  /** Ids from here on are words that training never saw. */
  readonly nseen?: number;
}

/** What their manifests say of prompts: `words` is how many count, their ids count from `base`. */
interface Frame {
  readonly prompt: {
    readonly words: number;
    readonly base: number;
    readonly pad: number;
    readonly begin: number;
  };
  readonly styles?: NamedStyles;
}

/**
 * Reads prompts by the words that a model knows.
 *
 * @param wanted what a prompt should say: "what to draw"
 * @param keepsStyleWords whether a known word that chooses a style counts as a word as well
 */
export function wordReader(
  { ids, styles: styleIds, nseen = Number.POSITIVE_INFINITY }: Ids,
  { prompt: { words: most, base, pad, begin }, styles: named = NO_STYLES }: Frame,
  { wanted, keepsStyleWords = false }: { readonly wanted: string; readonly keepsStyleWords?: boolean },
) {
  const styles = Object.keys(styleIds);
  const seen = Object.keys(ids).filter((word) => ids[word] < nseen);
  const has = (word: string) => Object.hasOwn(ids, word);

  /** The style of a name or an alias. @throws a usage error that lists what can be chosen, near ones first */
  function styleOf(name: string): string {
    const style = named.aliases[name] ?? name;
    if (styles.includes(style)) return style;
    throw noSuch(`style ${JSON.stringify(name)}`, name, [...styles, ...Object.keys(named.aliases)]);
  }

  /** The word itself, its singular or plural, or the nearest by spelling. */
  function recognised(word: string, notes: string[]): string | undefined {
    const form = formOf(word, has);
    const found = form ?? mended(word, seen);
    if (!form) notes.push(`"${word}" is not known: ${found ? `read as "${found}"` : "left out"}`);
    else if (ids[form] >= nseen)
      notes.push(`"${word}" was never seen in training: its nearest in meaning have to do`);
    return found;
  }

  return {
    styles,
    usualStyle: named.default || styles[0],
    styleOf,
    has,
    /**
     * The words that count, the style that is asked for or chosen by a word, and a note for each word that is not known.
     *
     * @param spoken the prompt's words, without those that no caption has
     * @param mayChoose whether words may choose a style where none is asked for
     * @throws usage errors for an unknown style and for a prompt without a usable word
     */
    read(prompt: string, spoken: readonly string[], wished?: string, mayChoose = true) {
      const notes: string[] = [];
      let style = wished === undefined ? undefined : styleOf(wished);
      let rest = spoken;
      const chooses = spoken.find((word) => Object.hasOwn(named.words, word));
      if (chooses && style === undefined && mayChoose && spoken.length > 1) {
        style = named.words[chooses];
        if (!(keepsStyleWords && has(chooses))) rest = spoken.filter((word) => word !== chooses);
      }
      if (rest.length === 0) throw usage(`there are no words in ${quoted(prompt)}: say ${wanted}`);
      const usable = rest.slice(0, 4 * most).flatMap((word) => recognised(word, notes) ?? []);
      if (usable.length === 0) throw usage(nothingKnown(prompt, rest, seen));
      const words = usable.slice(0, most);
      if (rest.length > usable.length + notes.length || usable.length > words.length)
        notes.push(`only the first ${most} known words of the prompt count`);
      return { words, style, notes };
    },
    /** [first ..., words ..., padding ..., begin], as tokens. */
    tokens(first: readonly number[], words: readonly number[]): Token[] {
      const padding = new Array<number>(most - words.length).fill(pad);
      return [...first, ...words, ...padding, begin].map((id) => base + id);
    },
  };
}

/** A prompt that was read already as it is, any other one read now, `warn` told its notes; none: without words. */
export function readPrompt<Read extends { readonly notes: readonly string[] }>(
  prompt: string | Read | undefined,
  reader: { read(prompt: string, style?: string): Read; wordless(style?: string): Read },
  { style, warn }: { readonly style?: string; readonly warn?: (line: string) => void },
): Read {
  if (typeof prompt === "object") return prompt;
  const read = prompt === undefined ? reader.wordless(style) : reader.read(prompt, style);
  for (const note of read.notes) warn?.(note);
  return read;
}
