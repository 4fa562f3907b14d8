import { inRange, quoted, usage } from "../core/errors.js";
import { createMeter, type Metrics } from "../core/metrics.js";
import type { Token } from "../core/types.js";
import { generate } from "../medium/generate.js";
import { givenOrLoaded } from "../medium/open.js";
import { type MakeOptions, type Setup, setUp } from "../medium/setup.js";
import { normalize } from "./frontend/normalize.js";
import { prepare } from "./frontend/phonemes.js";
import { paragraphs, sentences } from "./frontend/sentences.js";
import type { SpeechEncoded } from "./modality.js";
import type { SpeechDrafterName } from "./names.js";
import { timeStretch } from "./stretch.js";
import { loadVoice, type Voice } from "./voice.js";

export interface SpeakOptions extends MakeOptions<SpeechEncoded, SpeechDrafterName> {
  /** A loaded voice (best for more than one text), or the name or path of one. */
  readonly voice?: Voice | string;
  /** 0.5 half as fast, 2 twice as fast, at the same pitch. */
  readonly speed?: number;
  /** Told of each sentence when it has been said. */
  readonly onSentence?: (report: SentenceReport) => void;
}

export interface SentenceReport {
  readonly index: number;
  readonly of: number;
  readonly text: string;
  readonly units: readonly Token[];
  /** Seconds of sound, pauses left out. */
  readonly seconds: number;
  readonly metrics: Metrics;
  /** Milliseconds spent turning units into sound. */
  readonly decodeTime: number;
}

export interface Sound {
  /** Mono, -1..1. */
  readonly samples: Float32Array;
  readonly sampleRate: number;
}

/** Seconds of silence behind a sentence, and behind a paragraph. */
const PAUSE = 0.12;
const LONG_PAUSE = 0.4;

/** A sentence as it will be said. */
export interface PlannedSentence {
  readonly text: string;
  /** Seconds of silence behind it. */
  readonly pause: number;
  /** Its phonemes, where they were asked for already (see `prepare`). */
  readonly ipa?: Promise<string>;
}

/** The sentences of a text as they will be said. @throws a usage error when there are none */
export function plannedSentences(text: string): PlannedSentence[] {
  const planned = paragraphs(text).flatMap((paragraph) => {
    const said = sentences(normalize(paragraph));
    return said.map((sentence, i) => ({ text: sentence, pause: i === said.length - 1 ? LONG_PAUSE : PAUSE }));
  });
  if (planned.length === 0)
    throw usage(
      text.trim() === ""
        ? "the text is empty: give some words to say"
        : `there is nothing to say in ${quoted(text)}: give words in Latin letters`,
    );
  planned[planned.length - 1].pause = 0;
  return planned;
}

/**
 * Says a text, or the sentences that `plannedSentences` made of it. Yields sound as it is made; the pieces, joined, are all of it.
 *
 * @example
 * for await (const { samples, sampleRate } of speak("Hello there.")) play(samples, sampleRate);
 *
 * @throws usage errors for text with nothing to say or settings out of range; failures for models that cannot be read.
 */
export async function* speak(
  text: string | readonly PlannedSentence[],
  options: SpeakOptions = {},
): AsyncGenerator<Sound, void, undefined> {
  const { speed = 1, seed = 0, signal, onRound, onSentence } = options;
  inRange("speed", speed, 0.5, 2);
  const planned = typeof text === "string" ? plannedSentences(text) : text;
  /** Phonemes by sentence, from when they are asked for. */
  const phonemes = planned.map(({ ipa }) => ipa);
  const ask = (index: number) => {
    if (index < planned.length) phonemes[index] ??= prepare(planned[index].text);
  };
  ask(0);
  const voice = await givenOrLoaded({ model: options.voice }, loadVoice);
  const setup = await speechSetup(voice, options);
  const { sampleRate } = voice;

  for (const [index, { text: sentence, pause }] of planned.entries()) {
    const meter = createMeter();
    const units: Token[] = [];
    const began = performance.now();
    let produced = 0;
    let outside = 0;
    const chunks: Float32Array[] = [];
    // Only the first sentence is waited for: the later ones are made while it plays.
    const prompt = { text: sentence, whole: index > 0 || speed !== 1, ipa: phonemes[index] };
    // Nor must the phonemes of the second delay it.
    if (index > 0) ask(index + 1);
    const sound = generate(voice.modality, prompt, {
      ...setup,
      target: voice.target,
      seed,
      stream: index,
      signal,
      onRound(round) {
        meter.observe(round);
        onRound?.(round);
        units.push(...round.tokens.filter((token) => token !== voice.manifest.units.end));
      },
    });
    for await (const samples of sound) {
      if (produced === 0) ask(index + 1);
      produced += samples.length;
      const paused = performance.now();
      // Stretching needs the whole sentence; at the natural speed sound leaves as soon as it is there.
      if (speed === 1) yield { samples, sampleRate };
      else chunks.push(samples);
      outside += performance.now() - paused;
    }
    const metrics = meter.read();
    const took = performance.now() - began - outside;
    if (speed !== 1) yield { samples: timeStretch(concat(chunks), speed, sampleRate), sampleRate };
    if (pause) yield { samples: new Float32Array(Math.round((pause * sampleRate) / speed)), sampleRate };
    const seconds = produced / sampleRate / speed;
    onSentence?.({
      index,
      of: planned.length,
      text: sentence,
      units,
      seconds,
      metrics,
      decodeTime: took - metrics.time.total,
    });
  }
}

export type SpeechSetup = Setup<SpeechEncoded>;

/** What `decode` needs besides the sentence, from the options of `speak`. Plans learn from sentence to sentence. */
export const speechSetup = (voice: Voice, options: SpeakOptions): Promise<SpeechSetup> =>
  setUp(voice, options, 64);

export function concat(parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
