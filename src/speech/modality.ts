import { usage } from "../core/errors.js";
import { rangeMask } from "../core/rules.js";
import type { Encoded, Modality, Round, Rules, Token } from "../core/types.js";
import type { UnitDecoder } from "./decoder.js";
import { phonemes } from "./frontend/phonemes.js";
import type { SpeechManifest } from "./manifest.js";
import { type Phones, phones, symbolIds } from "./symbols.js";

/**
 * A spoken sentence (see `normalize`). `whole`: its sound in one piece, which costs less than sound as early as can be;
 * `ipa`: its phonemes, if they were asked for already.
 */
export type SpeechPrompt =
  | string
  | { readonly text: string; readonly whole?: boolean; readonly ipa?: string | Promise<string> };

export interface SpeechEncoded extends Encoded {
  readonly ipa: string;
  readonly phones: Phones;
  readonly whole: boolean;
}

export interface SpeechParts {
  readonly manifest: SpeechManifest;
  readonly decoder: UnitDecoder;
}

/** Speech, a sentence at a time: spoken text -> units -> samples in -1..1. */
export function speech({
  manifest,
  decoder,
}: SpeechParts): Modality<SpeechPrompt, Float32Array, SpeechEncoded> {
  const { begin, end, symbols: base } = manifest.units;
  return {
    name: "speech",
    async encode(prompt) {
      const {
        text: sentence,
        whole = false,
        ipa: known,
      } = typeof prompt === "string" ? { text: prompt } : prompt;
      const ipa = await (known ?? phonemes(sentence));
      const ids = symbolIds(ipa, manifest);
      if (ids.length === 0)
        throw usage(`there is nothing to say in ${JSON.stringify(sentence.slice(0, 60))}: give words`);
      const read = phones(ids, manifest);
      return {
        tokens: [...ids.map((id) => base + id), begin],
        ipa,
        phones: read,
        whole,
        // A phone lasts 2.3 units on average and never more than 15: this stops a runaway, not a slow speaker.
        maxTokens: 40 + 6 * read.count,
      };
    },
    rules: () => unitRules(manifest),
    async *decode(rounds, { whole }) {
      const stream = decoder.stream(whole ? Number.POSITIVE_INFINITY : undefined);
      for await (const round of rounds) {
        const sound = await stream.push(unitsOf(round, end));
        if (sound) yield sound;
      }
      const rest = await stream.finish();
      if (rest.length) yield rest;
    },
  };
}

const unitsOf = (round: Round, end: Token) => round.tokens.filter((token) => token !== end);

/** Units until the end, which may not come first. */
export function unitRules({ units: { end } }: SpeechManifest): Rules<unknown> {
  const units = rangeMask(0, end, end);
  return {
    start: "start",
    advance: (_, token) => (token === end ? "end" : "speaking"),
    mask: (state) => (state === "start" ? units : undefined),
    ended: (state) => state === "end",
  };
}
