import { usage } from "../core/errors.js";
import { once } from "../core/once.js";
import type { Drafter, Token } from "../core/types.js";
import * as drafters from "../drafters/index.js";
import { type MediumModel, type OpenedParts, type OpenOptions, openMedium } from "../medium/open.js";
import { type LanguageModelShape, languageModel } from "../runtime/language-model.js";
import { type Found, findModel, listModels } from "../runtime/manifest.js";
import { type UnitDecoder, unitDecoder } from "./decoder.js";
import { follow, guessed } from "./drafter.js";
import { encodeSound } from "./encoder.js";
import { type SpeechManifest, speechManifestSchema } from "./manifest.js";
import { type SpeechEncoded, type SpeechPrompt, speech } from "./modality.js";
import { DEFAULT_VOICE, type SpeechDrafterName } from "./names.js";
import { createReader } from "./reader.js";
import { readTables } from "./tables.js";

export type VoiceOptions = OpenOptions;

/** A speech model, loaded. */
export interface Voice
  extends MediumModel<SpeechManifest, SpeechPrompt, Float32Array, SpeechEncoded, SpeechDrafterName> {
  readonly sampleRate: number;
  readonly decoder: UnitDecoder;
  /** Sound -> units, if the voice has an encoder (see `encodeSound`). */
  encode?(samples: Float32Array): Promise<Token[]>;
}

export const listVoices = () => listModels("speech");

export const findVoice = (nameOrPath: string): Found<SpeechManifest> =>
  findModel(nameOrPath, speechManifestSchema, "speech");

/** @throws usage errors for an unknown voice, failures that name a wrong or torn file. */
export async function loadVoice(nameOrPath = DEFAULT_VOICE, options: VoiceOptions = {}): Promise<Voice> {
  const { file, graph, ...opened } = await openMedium(findVoice(nameOrPath), {
    ...options,
    drafters: makers,
  });
  const { manifest } = opened;
  const decoder = unitDecoder(await graph(manifest.decoder.graph), manifest);
  const { encoder } = manifest;
  return {
    ...opened,
    sampleRate: manifest.sampleRate,
    decoder,
    modality: speech({ manifest, decoder }),
    encode: encoder && (async (samples) => encodeSound(await graph(encoder.graph), samples, manifest)),
    defaultDrafter: manifest.follow ? "follow" : manifest.draft ? "model" : "none",
  };
}

type Makers = Record<SpeechDrafterName, () => Promise<Drafter<SpeechEncoded>>>;

function makers({ manifest, file, small }: OpenedParts<SpeechManifest>): Makers {
  const reader = once(async (graph: string) => createReader(await small(graph), manifest));
  function needed<T>(part: T | undefined, name: SpeechDrafterName): T {
    if (part === undefined)
      throw usage(
        `the voice "${manifest.name}" has no part for the drafter "${name}"; choose another one (drafter)`,
      );
    return part;
  }
  return {
    async follow() {
      const part = needed(manifest.follow, "follow");
      return follow(await reader(part.graph), readTables(file(part.tables), part.arrays), manifest);
    },
    async reference() {
      return guessed(await reader(needed(manifest.follow, "reference").graph));
    },
    async model() {
      const part = needed(manifest.draft, "model");
      return drafters.model(await languageModel(await small(part.graph), part as LanguageModelShape));
    },
    async heads() {
      const [count, size] = needed(manifest.target.taps?.heads, "heads");
      return drafters.heads({ count, size });
    },
    jacobi: async () => drafters.jacobi(),
    lookup: async () => drafters.lookup(),
    none: async () => drafters.none(),
  };
}
