import type { InferenceSession } from "onnxruntime-node";
import { usage } from "../core/errors.js";
import type { Encoded, Modality, Round, Rules, Token } from "../core/types.js";
import { floats, ort } from "../runtime/ort.js";
import type { UnitDecoder } from "./decoder.js";
import type { PhoneStates } from "./follow-step.js";
import { phonemes } from "./frontend/phonemes.js";
import type { SpeechManifest } from "./manifest.js";
import { type Phones, phones, symbolIds } from "./symbols.js";

export interface SpeechEncoded extends Encoded {
  /** The text's part of the follow drafter's steps, when the voice has one. */
  readonly phoneStates?: PhoneStates;
  readonly ipa: string;
}

export interface SpeechParts {
  readonly manifest: SpeechManifest;
  readonly decoder: UnitDecoder;
  /** The graph that reads the text for the drafters `follow` and `reference`. */
  readonly reader?: InferenceSession;
}

/** Speech, a sentence at a time: spoken text (normalised) -> units -> samples in -1..1. */
export function speech({
  manifest,
  decoder,
  reader,
}: SpeechParts): Modality<string, Float32Array, SpeechEncoded> {
  const { begin, end, symbols: base } = manifest.units;
  return {
    name: "speech",
    async encode(sentence) {
      const ipa = await phonemes(sentence);
      const ids = symbolIds(ipa, manifest);
      if (ids.length === 0)
        throw usage(`there is nothing to say in ${JSON.stringify(sentence.slice(0, 60))}: give words`);
      const read = phones(ids, manifest);
      return {
        tokens: [...ids.map((id) => base + id), begin],
        ipa,
        // A phone lasts 2.3 units on average and never more than 15: this stops a runaway, not a slow speaker.
        maxTokens: 40 + 6 * read.count,
        ...(reader && (await readText(reader, read, manifest))),
      };
    },
    rules: () => unitRules(manifest),
    async *decode(rounds) {
      const stream = decoder.stream();
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
  const mask = (allowEnd: boolean) => {
    const bits = new Uint32Array((end >> 5) + 1);
    for (let token = 0; token < end + (allowEnd ? 1 : 0); token++) bits[token >> 5] |= 1 << (token & 31);
    return bits;
  };
  const [anything, units] = [mask(true), mask(false)];
  return {
    start: "start",
    advance: (_, token) => (token === end ? "end" : "speaking"),
    mask: (state) => (state === "start" ? units : anything),
    ended: (state) => state === "end",
  };
}

/** One pass over the text: phone states for `follow`, a whole guess of the units for `reference`. */
async function readText(
  reader: InferenceSession,
  { symbols, group, count }: Phones,
  manifest: SpeechManifest,
) {
  const { Tensor } = await ort();
  const integers = (values: readonly number[], dims: number[]) =>
    new Tensor("int64", BigInt64Array.from(values, BigInt), dims);
  const results = await reader.run({
    symbols: integers(symbols, [1, symbols.length]),
    groups: integers(group, [1, group.length]),
    count: integers([count], [1]),
  });
  const numbers = (name: string) => Array.from(results[name].data as BigInt64Array, Number);
  const each = results.candidates.dims[1];
  const likely = numbers("candidates");
  return {
    reference: numbers("reference"),
    phoneStates: {
      advance: floats(results.advance),
      unit: floats(results.unit),
      durations: [...numbers("durations"), 0, 0],
      candidates: [
        ...Array.from({ length: count }, (_, phone) => likely.slice(phone * each, (phone + 1) * each)),
        [manifest.units.end],
      ],
    } satisfies PhoneStates,
  };
}
