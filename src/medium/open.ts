import { named } from "../core/near.js";
import { once } from "../core/once.js";
import type { PassTimes } from "../core/pass-times.js";
import type { Drafter, Encoded, Modality, Model } from "../core/types.js";
import { type AdaptivePlan, adaptive } from "../plans/adaptive.js";
import type { KnownEarnings } from "../plans/earnings.js";
import type { MeasureOptions } from "../runtime/cost.js";
import { openTarget } from "../runtime/device.js";
import { type LanguageModelShape, languageModel } from "../runtime/language-model.js";
import type { Found, LanguageModelManifest, Manifest } from "../runtime/manifest.js";
import { type Device, type Graph, openSession } from "../runtime/ort.js";
import { keptTimes } from "../runtime/times.js";
import { plansBy } from "./speculation.js";

/** How a model of any medium is opened. */
export interface OpenOptions {
  readonly device?: Device;
  /** Threads of a pass; all cores if left out. */
  readonly threads?: number;
  /** Called with a line when something works otherwise than asked for. */
  readonly warn?: (line: string) => void;
}

/** What a loaded model of any medium has. */
export interface MediumModel<M extends Manifest, Prompt, Chunk, E extends Encoded, Name extends string> {
  readonly name: string;
  readonly manifest: M;
  readonly device: Device;
  readonly target: Model;
  readonly modality: Modality<Prompt, Chunk, E>;
  /** The drafter that is fastest with this model. */
  readonly defaultDrafter: Name;
  /** @throws a usage error for a name that is none, or whose part this model has not */
  drafter(name: Name): Promise<Drafter<E>>;
  /**
   * What passes of the target take on this machine, for a plan of one's own: measured once, kept in the user's cache, corrected
   * by every pass of that plan.
   */
  times(sequences?: 1 | 2): Promise<PassTimes>;
  /**
   * The adaptive plan of a drafter, by name or one's own, for passes of so many sequences (two under guidance); the same each
   * time: it goes on learning.
   */
  plan(drafter: string | Drafter<E>, sequences?: 1 | 2): Promise<AdaptivePlan>;
}

/** The manifest of a model whose target is a language model. */
export type TargetManifest = Manifest & {
  readonly target: LanguageModelManifest;
  readonly earnings?: Readonly<Record<string, KnownEarnings>>;
};

export interface OpenSettings<M, E extends Encoded, Name extends string> extends OpenOptions {
  /** Whether the target's graph runs with float32 weights (see `SessionOptions`). */
  readonly unfold?: boolean;
  /** Longest draft of the plans. */
  readonly maxDepth?: number;
  /** How pass times are measured. */
  readonly measuring?: MeasureOptions;
  /** How drafters are made, by name. */
  readonly drafters: (
    parts: OpenedParts<M>,
  ) => Readonly<Record<Name, () => Drafter<E> | Promise<Drafter<E>>>>;
}

export interface OpenedParts<M> {
  readonly manifest: M;
  readonly target: Model;
  /** Path of a file, checked. */
  file(name: string): string;
  /** Another graph of the model, opened once; it takes turns with the target. */
  graph(name: string): Promise<Graph>;
  /** A graph that runs while the target waits, on one thread. */
  small(name: string, unfold?: boolean): Promise<Graph>;
}

/** Opens a model's target, and what every medium needs around it. @throws failures that name a wrong or torn file */
export async function openMedium<M extends TargetManifest, E extends Encoded, Name extends string>(
  { manifest, file, checkAll, fingerprint }: Found<M>,
  settings: OpenSettings<M, E, Name>,
) {
  const { device: wished = "cpu", threads, unfold, warn, maxDepth, measuring } = settings;
  const { target: shape } = manifest;
  checkAll();
  const { session, device } = await openTarget(shape, file, wished, { threads, unfold }, warn);
  const graph = once((name: string) => openSession(file(name), { threads, quiet: true, unfold: true }));
  const small = (name: string, unfold = true) => openSession(file(name), { threads: 1, quiet: true, unfold });
  const prefix = shape.prefix && { session: await graph(shape.prefix.graph), length: shape.prefix.length };
  const target = await languageModel(session, shape as LanguageModelShape, prefix);
  const makers = settings.drafters({ manifest, target, file, graph, small });
  // Passes of several sequences are another kind of pass, with times and plans of their own.
  const kinds = [1, 2].map((sequences) => {
    const timesOf = keptTimes(target, `${fingerprint} ${device} ${threads ?? "all"}`, {
      ...measuring,
      sequences,
    });
    const plan = plansBy(async (name) =>
      adaptive({ cost: await timesOf(name), maxDepth, earnings: manifest.earnings?.[name ?? ""] }),
    );
    return { times: once(() => timesOf("")), plan };
  });
  return {
    name: manifest.name,
    manifest,
    device,
    target,
    file,
    graph,
    drafter: once(async (name: Name) => named(makers, name, "drafter")()),
    times: (sequences: 1 | 2 = 1) => kinds[sequences - 1].times(),
    plan: (drafter: string | Drafter<E>, sequences: 1 | 2 = 1) => kinds[sequences - 1].plan(drafter),
  };
}

/** The model that was given, or the one of that name or path, loaded. */
export const givenOrLoaded = async <M extends object>(
  { model, warn }: Pick<OpenOptions, "warn"> & { readonly model?: M | string },
  load: (nameOrPath?: string, options?: OpenOptions) => Promise<M>,
): Promise<M> => (typeof model === "object" ? model : load(model, { warn }));
