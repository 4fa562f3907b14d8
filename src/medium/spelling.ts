import { nearest } from "../core/near.js";

/** Lower-case words of a-z and digits, accents taken off. */
export const plainWords = (text: string): string[] =>
  text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f’']/g, "")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);

/** A text in quotes, for messages. */
export const quoted = (text: string) => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);

/** The word itself or its singular or plural, if one of them is known. */
export function formOf(word: string, isKnown: (word: string) => boolean): string | undefined {
  const other = word.endsWith("s") ? word.slice(0, -1) : `${word}s`;
  return [word, other].find(isKnown);
}

/** The known word that was meant, if only a finger slipped: a guess at a meaning is worse than none. */
export function mended(word: string, known: readonly string[]): string | undefined {
  const near = word.length > 3 ? nearest(word, known) : undefined;
  const slip = near !== undefined && near[0] === word[0] && Math.abs(near.length - word.length) <= 1;
  return slip ? near : undefined;
}

/** Says what happened to an unknown word. */
export const unknownNote = (word: string, instead: string | undefined) =>
  instead ? `"${word}" is not known: read as "${instead}"` : `"${word}" is not known: left out`;

/** Known words like those of a prompt in which no word is known, or what else to try. */
export function nothingKnown(prompt: string, spoken: readonly string[], known: readonly string[]): string {
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
