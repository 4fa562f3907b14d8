import { phonemize as espeak } from "phonemizer";

const MARKS = /[.,!?;:]+/;

/**
 * Spoken text (see `normalize`) -> International Phonetic Alphabet as espeak-ng writes American English, with the
 * punctuation kept: "Hello, world." -> "həlˈoʊ, wˈɜːld.". Empty when there is nothing to say.
 *
 * espeak-ng drops punctuation and splits at it, so each clause is converted alone and its mark put back.
 */
export async function phonemes(spoken: string): Promise<string> {
  let ipa = "";
  for (const piece of spoken.split(/(?<=[.,!?;:])\s+/)) {
    const mark = piece.match(MARKS)?.[0][0] ?? "";
    const words = piece.replace(MARKS, "").trim();
    const said = words ? (await espeak(words, "en-us")).join(" ").trim() : "";
    if (said) ipa += (ipa ? " " : "") + said + mark;
  }
  // A sentence always ends with a mark: the models were taught that speech ends after one.
  return ipa && !/[.!?]$/.test(ipa) ? `${ipa.replace(/[,;:]$/, "")}.` : ipa;
}
