import { usage } from "../core/errors.js";
import { named } from "../core/near.js";
import { once } from "../core/once.js";
import type { PassTimes } from "../core/pass-times.js";
import type { Drafter, Modality, Model, Token } from "../core/types.js";
import * as drafters from "../drafters/index.js";
import { plansBy } from "../medium/speculation.js";
import { type AdaptivePlan, adaptive } from "../plans/adaptive.js";
import { openTarget } from "../runtime/device.js";
import { type LanguageModelShape, languageModel } from "../runtime/language-model.js";
import { type Found, findModel, listModels } from "../runtime/manifest.js";
import { type Device, openSession } from "../runtime/ort.js";
import { lazyTimes } from "../runtime/times.js";
import { type UnitDecoder, unitDecoder } from "./decoder.js";
import { follow, guessed } from "./drafter.js";
import { encodeSound } from "./encoder.js";
import { type SpeechManifest, speechManifestSchema } from "./manifest.js";
import { type SpeechEncoded, type SpeechPrompt, speech } from "./modality.js";
import { DEFAULT_VOICE, type SpeechDrafterName } from "./names.js";
import { createReader } from "./reader.js";
import { readTables } from "./tables.js";

export interface VoiceOptions {
  readonly device?: Device;
  readonly threads?: number;
  /** Called with a line when something works otherwise than asked for. */
  readonly warn?: (line: string) => void;
}

/** A speech model, loaded. */
export interface Voice {
  readonly name: string;
  readonly manifest: SpeechManifest;
  readonly device: Device;
  readonly sampleRate: number;
  readonly target: Model;
  readonly decoder: UnitDecoder;
  readonly modality: Modality<SpeechPrompt, Float32Array, SpeechEncoded>;
  /** Sound -> units, if the voice has an encoder (see `encodeSound`). */
  encode?(samples: Float32Array): Promise<Token[]>;
  /** The drafter that is fastest with this voice. */
  readonly defaultDrafter: SpeechDrafterName;
  drafter(name: SpeechDrafterName): Promise<Drafter<SpeechEncoded>>;
  /** What passes of the target take on this machine: measured once, kept in the user's cache, corrected by every pass. */
  times(): Promise<PassTimes>;
  /** The adaptive plan of a drafter, by name or one's own, the same each time: it goes on learning from text to text. */
  plan(drafter: string | Drafter<SpeechEncoded>): Promise<AdaptivePlan>;
}

export const listVoices = () => listModels("speech");

export const findVoice = (nameOrPath: string): Found<SpeechManifest> =>
  findModel(nameOrPath, speechManifestSchema, "speech");

/** @throws usage errors for an unknown voice, failures that name a wrong or torn file. */
export async function loadVoice(nameOrPath = DEFAULT_VOICE, options: VoiceOptions = {}): Promise<Voice> {
  const { device: wished = "cpu", threads, warn } = options;
  const { manifest, file, checkAll, fingerprint } = findVoice(nameOrPath);
  const { target: shape } = manifest;
  checkAll();
  const { session, device } = await openTarget(shape, file, wished, { threads }, warn);
  const decoder = unitDecoder(
    await openSession(file(manifest.decoder.graph), { threads, quiet: true, unfold: true }),
    manifest,
  );
  const reading = { threads: 1, quiet: true, unfold: true };
  const reader = once(async (graph: string) =>
    createReader(await openSession(file(graph), reading), manifest),
  );
  const target = await languageModel(session, shape as LanguageModelShape);

  const makers: Record<SpeechDrafterName, () => Promise<Drafter<SpeechEncoded>>> = {
    async follow() {
      const part = needed(manifest.follow, "follow");
      return follow(await reader(part.graph), readTables(file(part.tables), part.arrays), manifest);
    },
    async reference() {
      return guessed(await reader(needed(manifest.follow, "reference").graph));
    },
    async model() {
      const part = needed(manifest.draft, "model");
      const small = await openSession(file(part.graph), { threads: 1, quiet: true, unfold: true });
      return drafters.model(await languageModel(small, part as LanguageModelShape));
    },
    async heads() {
      const [count, size] = needed(shape.taps?.heads, "heads");
      return drafters.heads({ count, size });
    },
    jacobi: async () => drafters.jacobi(),
    lookup: async () => drafters.lookup(),
    none: async () => drafters.none(),
  };
  const times = lazyTimes(target, `${fingerprint} ${device} ${threads ?? "all"}`);
  function needed<T>(part: T | undefined, name: SpeechDrafterName): T {
    if (part === undefined)
      throw usage(
        `the voice "${manifest.name}" has no part for the drafter "${name}"; choose another with --drafter`,
      );
    return part;
  }

  const { encoder } = manifest;
  const listening = once((graph: string) => openSession(file(graph), { threads, quiet: true, unfold: true }));

  return {
    name: manifest.name,
    manifest,
    device,
    sampleRate: manifest.sampleRate,
    target,
    decoder,
    modality: speech({ manifest, decoder }),
    encode: encoder && (async (samples) => encodeSound(await listening(encoder.graph), samples, manifest)),
    defaultDrafter: manifest.follow ? "follow" : manifest.draft ? "model" : "none",
    drafter: once((name: SpeechDrafterName) => named(makers, name, "drafter")()),
    times,
    plan: plansBy(async (name = "") =>
      adaptive({ cost: await times(), earnings: manifest.earnings?.[name] }),
    ),
  };
}
