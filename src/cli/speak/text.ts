import { kindOf, usage } from "../../core/errors.js";
import type { PlannedSentence } from "../../speech/speak.js";
import type { SpeechLibrary, Talk } from "../host.js";
import type { TextSource } from "../input.js";

/** A piece of text that can be said. */
export interface Sayable {
  readonly sentences: readonly PlannedSentence[];
  /** Of the source, from 1. */
  readonly line: number;
}

/**
 * The pieces of a text that can be said. Of a text that comes line by line, empty lines are passed over, and others with
 * nothing to say are noted.
 *
 * @throws a usage error when there is nothing to say in all of it
 */
export async function* sayable(
  source: TextSource,
  speech: SpeechLibrary,
  talk: Talk,
): AsyncGenerator<Sayable> {
  const named = (message: string) =>
    usage(source.name === undefined ? message : `${source.name}: ${message}`);
  let said = 0;
  let reason: string | undefined;
  for await (const piece of source.pieces()) {
    if (source.byLine && piece.text.trim() === "") continue;
    let sentences: PlannedSentence[];
    try {
      sentences = speech.plannedSentences(piece.text);
    } catch (error) {
      if (kindOf(error) !== "usage") throw error;
      const { message } = error as Error;
      if (!source.byLine) throw named(message);
      reason ??= message;
      talk.note(`foretoken: line ${piece.line} is skipped: ${message}`);
      continue;
    }
    // The first phonemes are made while the models are opened.
    if (said === 0) sentences[0] = { ...sentences[0], ipa: speech.prepare(sentences[0].text) };
    said++;
    yield { sentences, line: piece.line };
  }
  if (said === 0) throw named(reason ?? "the text is empty: give some words to say");
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
