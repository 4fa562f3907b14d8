import { readFileSync } from "node:fs";
import { usage } from "../core/errors.js";
import { once } from "../core/once.js";
import type { Drafter, Model } from "../core/types.js";
import * as drafters from "../drafters/index.js";
import type { OpenedParts } from "../medium/open.js";
import { atExit } from "../runtime/at-exit.js";
import { blockDrafter } from "../runtime/block-drafter.js";
import { featureHead } from "../runtime/feature-head.js";
import { type LanguageModelShape, languageModel } from "../runtime/language-model.js";
import { openSession } from "../runtime/ort.js";
import { parallelHeads } from "../runtime/parallel-heads.js";
import { targetPart } from "../runtime/target-part.js";
import { openDatastore } from "./datastore-file.js";
import { learnedFile } from "./learned.js";
import { findTextModel, type TextManifest } from "./manifest.js";
import type { TextEncoded } from "./modality.js";
import type { TextDrafterName } from "./names.js";
import { readNgramTable } from "./ngram-table.js";
import { sameVocabulary } from "./tokenizer.js";
import { tokenizerOf, vocabularyOf } from "./vocabulary.js";

/** What drafters of a text model are made of, besides the model. */
export interface DrafterParts {
  /** A model of the same tokens: name or path. */
  readonly draft?: string;
  /** A file that `writeDatastore` has made. */
  readonly datastore?: string;
}

type Parts = OpenedParts<TextManifest>;
type Makers = Readonly<Record<TextDrafterName, () => Promise<Drafter<TextEncoded>>>>;

/** How the drafters of a text model are made. */
export function textDrafters({ draft, datastore }: DrafterParts) {
  const learning: Renewable[] = [];
  const learner = <D extends drafters.PredictiveDrafter>(make: () => D) => {
    const one = renewable(make);
    learning.push(one);
    return one;
  };
  const makers = (parts: Parts): Makers => {
    const table = once(() => ownTable(parts));
    const small = once(() => (draft === undefined ? ownSmall(parts) : otherSmall(draft, parts)));
    return {
      lookup: async () => drafters.lookup(),
      auto: async () => {
        const known = table();
        const all = [
          learner(drafters.suffix).drafter,
          known && drafters.ngrams(known),
          learned(parts, learner),
        ];
        return { ...drafters.mixture(...all.filter((one) => one !== undefined)), name: "auto" };
      },
      eagle: async () => ownHead(parts),
      suffix: async () => learner(drafters.suffix).drafter,
      medusa: async () => ownHeads(parts),
      block: async () => ownBlock("block", parts),
      specdec: async () => ownBlock("specdec", parts),
      skip: async () => ownPart("skip", parts),
      exit: async () => ownPart("exit", parts),
      pass: async () => ownLookAhead(parts.manifest),
      ngrams: async () => ngrams(table(), parts.manifest),
      spans: async () => spans,
      rest: async () => rest(datastore, parts),
      recycling: async () => learned(parts, learner),
      osd: async () => learner(drafters.osd).drafter,
      lookahead: async () => drafters.lookahead(),
      model: async () => drafters.model(await small()),
      specinfer: async () => ({ ...drafters.branches(...(await students(small, parts))), name: "specinfer" }),
      // It guesses where something stood before only: other guesses would make the small model's passes longer for nothing.
      cascade: async () => drafters.cascade(await small(), drafters.lookup()),
      none: async () => drafters.none(),
    };
  };
  return {
    makers,
    /** Those that learn from answers are as they were at the beginning. */
    forget() {
      for (const { renew } of learning) renew();
    },
  };
}

interface Renewable {
  renew(): void;
}

/** A drafter that remembers from answer to answer, and can begin anew. */
function renewable<D extends drafters.PredictiveDrafter>(make: () => D) {
  let inner = make();
  const drafter: drafters.PredictiveDrafter = {
    name: inner.name,
    predictors: (setup) => inner.predictors(setup),
    start: (setup) => inner.start(setup),
  };
  return {
    drafter,
    current: () => inner,
    renew() {
      inner = make();
    },
  };
}

/** Spans of the request's reference, which the answer may follow from its beginning on; without one, of the prompt. */
const spans: Drafter<TextEncoded> = {
  name: "spans",
  start(setup) {
    const { reference, tokens } = setup.encoded;
    const corrects = reference !== undefined;
    return drafters.spans({ documents: [reference ?? tokens], corrects }).start(setup);
  },
};

function rest(datastore: string | undefined, { manifest }: Parts): Drafter {
  if (datastore === undefined)
    throw usage(
      'the drafter "rest" needs a datastore: foretoken datastore build FILE... -o store.fds makes one (datastore)',
    );
  return drafters.rest(openDatastore(datastore, vocabularyOf(manifest)));
}

/** What reads the target's features, and comes with the model. */
async function ownReader<S extends { graph: string; words: string; features: string }>(
  drafter: TextDrafterName,
  shape: S | undefined,
  { manifest: { name, target }, file, small }: Parts,
) {
  const featureSize = target.features?.[shape?.features ?? ""];
  if (!shape || featureSize === undefined)
    throw usage(`the model "${name}" has no network for the drafter "${drafter}": name another one`);
  const bytes = Uint8Array.from(readFileSync(file(shape.words)));
  const words = new Uint16Array(bytes.buffer, 0, Math.floor(bytes.length / 2));
  return { graph: await small(shape.graph, false), shape: { ...shape, featureSize, words } };
}

async function ownHead(parts: Parts): Promise<Drafter> {
  const { graph, shape } = await ownReader("eagle", parts.manifest.eagle, parts);
  return drafters.eagle(await featureHead(graph, shape), { features: shape.features });
}

async function ownHeads(parts: Parts): Promise<Drafter> {
  const { graph, shape } = await ownReader("medusa", parts.manifest.medusa, parts);
  const { features, stands } = shape;
  return { ...drafters.parallel(parallelHeads(graph, shape), { features, stands, lead: 1 }), name: "medusa" };
}

async function ownBlock(name: "block" | "specdec", parts: Parts): Promise<Drafter> {
  const { graph, shape } = await ownReader(name, parts.manifest[name], parts);
  const { features, stands } = shape;
  const promptOnly = name === "specdec";
  const head = await blockDrafter(graph, { ...shape, promptOnly });
  return { ...drafters.parallel(head, { features, stands, promptOnly }), name };
}

/** A part of the model with which it drafts for itself. */
async function ownPart(name: "skip" | "exit", { manifest, graph }: Parts): Promise<Drafter> {
  const part = manifest[name];
  if (!part)
    throw usage(`the model "${manifest.name}" has no part "${name}" to draft with: name another drafter`);
  const target = manifest.target as LanguageModelShape;
  return {
    ...drafters.selfSpeculative(await targetPart(await graph(part.graph), target, part.layers)),
    name,
  };
}

function ownLookAhead({ name, target: { vocabularySize, lookAhead } }: TextManifest): Drafter {
  if (!lookAhead) throw usage(`the model "${name}" has no look-ahead tokens: name another drafter`);
  const tokens = Array.from({ length: lookAhead }, (_, i) => vocabularySize + i);
  return { ...drafters.lookAheadTokens(tokens), name: "pass" };
}

/** The table that comes with the model; undefined: none does. */
const ownTable = ({ manifest: { ngrams }, file }: Parts) =>
  ngrams && readNgramTable(file(ngrams.file), ngrams);

function ngrams(table: drafters.NgramTable | undefined, { name }: TextManifest): Drafter {
  if (!table) throw usage(`the model "${name}" has no table of n-grams: name another drafter`);
  return drafters.ngrams(table);
}

/** Recycling that goes on where earlier runs stopped learning. */
function learned(
  { manifest }: Parts,
  learner: (make: () => drafters.RecyclingDrafter) => ReturnType<typeof renewable<drafters.RecyclingDrafter>>,
): drafters.PredictiveDrafter {
  const file = learnedFile(vocabularyOf(manifest));
  const known = file.read();
  const { drafter, current } = learner(() => drafters.recycling({ known }));
  atExit(() => file.write(current().known()));
  return drafter;
}

async function ownSmall({ manifest, small }: Parts): Promise<Model> {
  const { name, draft } = manifest;
  if (!draft)
    throw usage(
      `the model "${name}" has no small model to draft for it: name one (draft), or another drafter`,
    );
  return languageModel(await small(draft.graph), draft as LanguageModelShape);
}

/**
 * SpecInfer (Miao et al. 2024): each small model drafts a chain, and both are one tree. Where only chains are judged the first one
 * drafts alone.
 */
async function students(first: () => Promise<Model>, parts: Parts): Promise<Drafter[]> {
  const { name, boosted } = parts.manifest;
  if (!boosted)
    throw usage(`the model "${name}" has no second small model to draft for it: name another drafter`);
  const second = await languageModel(await parts.small(boosted.graph), boosted as LanguageModelShape);
  return [drafters.model(await first()), drafters.model(second)];
}

/** @throws a usage error that names the first token which differs */
async function otherSmall(nameOrPath: string, parts: Parts): Promise<Model> {
  const other = findTextModel(nameOrPath);
  sameVocabulary(
    { name: other.manifest.name, tokenizer: tokenizerOf(other) },
    { name: parts.manifest.name, tokenizer: tokenizerOf(parts) },
  );
  const { target } = other.manifest;
  // One thread: two models whose threads spin would slow each other.
  const session = await openSession(other.file(target.graph), { threads: 1, quiet: true });
  return languageModel(session, target as LanguageModelShape);
}
