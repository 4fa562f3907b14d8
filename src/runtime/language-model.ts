import type { Tensor } from "onnxruntime-node";
import { usage } from "../core/errors.js";
import { depths, EMPTY } from "../core/tree.js";
import type { Draft, Model, Scores, Step, Token } from "../core/types.js";
import { type CacheShape, createCache } from "./cache.js";
import { checkTensors, type Graph, type Ort, ort } from "./ort.js";
import { hide, type Lag, laggedToken, scoredRows, tokenAt } from "./pass-rows.js";
import { openSequences, type Sequence } from "./sequence.js";
import { call, floats } from "./tensors.js";

/** Names of the contract's tensors; `%` stands for the layer's number. */
export const TENSORS = {
  ids: "input_ids",
  positions: "position_ids",
  bias: "attn_bias",
  lengths: "seqlens_k",
  total: "total_len",
  rows: "rows",
  pastKey: "past_key.%",
  pastValue: "past_value.%",
  logits: "logits",
  newKeyValue: "new_kv",
} as const;

/** Committed tokens of a pass: prompts are read in parts of so many. */
const MOST_ROWS = 256;

export type TensorNames = Readonly<Record<keyof typeof TENSORS, string>>;

export interface LanguageModelShape extends CacheShape {
  /** Tokens the logits cover. */
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly exact: "chain" | "tree";
  /** True where the graph's batch dimension is free. */
  readonly batched?: boolean;
  /** Where every row is told a token from earlier on as well. */
  readonly lag?: Lag;
  /** Further outputs, by name, with the shape of a row. */
  readonly taps?: Readonly<Record<string, readonly number[]>>;
  /**
   * Further outputs for every row of a pass, by name, and how many numbers a row has. A session keeps those of its committed
   * tokens: drafters see them from any pass (`Scores.hidden`). Not for models with a prefix.
   */
  readonly features?: Readonly<Record<string, number>>;
  /** Tensor names that differ from `TENSORS`. */
  readonly tensors?: Partial<TensorNames>;
}

/**
 * The first `length` tokens of every prompt see one another, the later ones too. A graph of its own reads them:
 * input_ids int64 [1,length] -> new_kv float [1,length,layers*2*heads*size].
 */
export interface Prefix {
  readonly session: Graph;
  readonly length: number;
}

/**
 * A decoder-only ONNX model on the delta-KV contract: past rows go in from JavaScript, only new rows come out, so that
 * rejecting a draft costs nothing.
 *
 * Inputs: input_ids, position_ids int64 [B,S]; attn_bias float [B,1,S,P+S]; seqlens_k = P+S-1 int32 [B], total_len = P+S
 * int32 [1]; rows int64 [R], the rows of B*S to score; past_key.i, past_value.i float [B,heads,C,size]. Outputs: logits float
 * [R,V]; new_kv float [B,S,layers*2*heads*size]; taps float [R,...]; features float [B,S,...].
 *
 * A pass never has one row only: one-row passes take other kernels whose results differ in the last bits, and plain
 * decoding must equal speculative decoding exactly. A second row that is not kept costs a few per cent of a pass.
 */
export async function languageModel(
  session: Graph,
  shape: LanguageModelShape,
  prefix?: Prefix,
): Promise<Model> {
  const library = await ort();
  const names: TensorNames = { ...TENSORS, ...shape.tensors };
  const past = pastNames(names, shape.layers);
  const { logits, newKeyValue, pastKey, pastValue, ...inputs } = names;
  const { lag } = shape;
  checkTensors(
    session,
    [...Object.values(inputs), ...past, ...(lag ? [lag.tensor] : [])],
    [logits, newKeyValue, ...Object.keys({ ...shape.taps, ...shape.features })],
  );
  const contract: Contract = { library, session, shape, names, past, prefix };
  const open = (count?: number) =>
    openSequences(createCache(shape, count), {
      remembers: lag !== undefined,
      atOnce: prefix?.length ?? 0,
      widths: prefix ? {} : (shape.features ?? {}),
    });

  return {
    vocabularySize: shape.vocabularySize,
    contextLength: shape.contextLength,
    exact: shape.exact,
    open: async () => open()[0],
    openTogether: async (count) =>
      shape.batched ? open(count) : Array.from({ length: count }, () => open()[0]),
    async pass(steps, { signal } = {}) {
      signal?.throwIfAborted();
      const before = steps.map(({ session }) => session.length);
      try {
        const ready: Ready[] = [];
        for (const step of steps) ready.push(await readPrefix(contract, step));
        const groups = runsTogether(ready) ? [ready] : ready.map((one) => [one]);
        const all: Scores[] = [];
        for (const group of groups)
          all.push(...(await run(contract, await readLong(contract, group, signal))));
        return all;
      } catch (error) {
        // Some of the steps, or the prefixes of some, may have been read.
        steps.forEach(({ session }, i) => {
          if (session.length > before[i]) session.rewind(before[i]);
        });
        throw error;
      }
    },
  };
}

/** In the order of a cache's arrays. */
const pastNames = ({ pastKey, pastValue }: TensorNames, layers: number) =>
  Array.from({ length: layers }, (_, layer) =>
    [pastKey, pastValue].map((name) => name.replace("%", String(layer))),
  ).flat();

interface Contract {
  readonly library: Ort;
  readonly session: Graph;
  readonly shape: LanguageModelShape;
  readonly names: TensorNames;
  /** Names of the inputs that hold the cache. */
  readonly past: readonly string[];
  readonly prefix?: Prefix;
}

/** A step whose tokens, if it is a sequence's first, begin behind the prefix. */
interface Ready {
  readonly sequence: Sequence;
  readonly tokens: readonly Token[];
  readonly draft: Draft;
  readonly hidden: readonly string[];
}

/** Fills the cache with all of the prefix but its last token, which the pass itself reads, as it scores what follows. */
async function readPrefix({ shape, names, prefix }: Contract, step: Step): Promise<Ready> {
  const { tokens, draft = EMPTY, hidden = [] } = step;
  const sequence = step.session as Sequence;
  if (tokens.length === 0) throw usage("a pass needs at least one committed token");
  const all = sequence.length + tokens.length;
  if (all > shape.contextLength)
    throw usage(`${all} tokens do not fit the model's context of ${shape.contextLength}`);
  if (!prefix || sequence.length >= prefix.length - 1) return { sequence, tokens, draft, hidden };
  if (sequence.length > 0 || tokens.length < prefix.length)
    throw usage(`this model reads the first ${prefix.length} tokens at once: give them in the first pass`);
  const first = tokens.slice(0, prefix.length);
  const inputs = { [names.ids]: [first, [1, first.length]] } as const;
  const results = await call(prefix.session, inputs, [names.newKeyValue]);
  sequence.cache.reserve(prefix.length);
  sequence.receive(floats(results[names.newKeyValue]), tokens.slice(0, prefix.length - 1), EMPTY);
  return { sequence, tokens: tokens.slice(prefix.length - 1), draft, hidden };
}

/**
 * Reads what is too long for one pass, all but its last part: scores of attention grow with the square of a pass's rows. A row's
 * bits do not depend on how a prompt is divided.
 */
async function readLong(contract: Contract, group: readonly Ready[], signal?: AbortSignal): Promise<Ready[]> {
  signal?.throwIfAborted();
  let rest = [...group];
  while (rest[0].tokens.length > MOST_ROWS) {
    const parts = rest.map(({ sequence, tokens }) => ({ sequence, tokens: tokens.slice(0, MOST_ROWS) }));
    await run(
      contract,
      parts.map((part) => ({ ...part, draft: EMPTY, hidden: [] })),
    );
    signal?.throwIfAborted();
    rest = rest.map((one) => ({ ...one, tokens: one.tokens.slice(MOST_ROWS) }));
  }
  return rest;
}

/** True for all sequences of one cache, in their order, with equally many rows behind equally many. */
function runsTogether(steps: readonly Ready[]): boolean {
  const [{ sequence, tokens, draft }] = steps;
  return (
    steps.length === sequence.cache.batch &&
    steps.every(
      (other, slot) =>
        other.sequence.cache === sequence.cache &&
        other.sequence.slot === slot &&
        other.sequence.length === sequence.length &&
        other.tokens.length === tokens.length &&
        other.draft.tokens.length === draft.tokens.length,
    )
  );
}

/** One pass over steps that run together (see `runsTogether`), or over one step. */
async function run(
  { library, session, shape, names, past }: Contract,
  steps: readonly Ready[],
): Promise<Scores[]> {
  const [{ sequence, tokens: first, draft: firstDraft }] = steps;
  const hidden = new Set(steps.flatMap((step) => step.hidden));
  const batch = steps.length;
  const { cache, length: before } = sequence;
  const committed = first.length;
  const drafted = firstDraft.tokens.length;
  const size = Math.max(2, committed + drafted);
  const total = before + size;
  cache.reserve(total);

  const rows = scoredRows(committed, drafted);
  const integers = (of: (slot: number, i: number) => number) =>
    new library.Tensor(
      "int64",
      BigInt64Array.from({ length: batch * size }, (_, at) => BigInt(of(Math.floor(at / size), at % size))),
      [batch, size],
    );
  const mask = new Float32Array(batch * size * total);
  steps.forEach(({ draft }, i) => {
    hide(mask.subarray(i * size * total, (i + 1) * size * total), before, committed, draft, size);
  });
  const places = BigInt64Array.from({ length: batch * rows.length }, (_, at) =>
    BigInt(Math.floor(at / rows.length) * size + rows[at % rows.length]),
  );
  const depth = steps.map(({ draft }) => depths(draft));
  const position = (slot: number, i: number) =>
    before + (i < committed ? i : committed + (depth[slot][i - committed] ?? 0));
  const feeds: Record<string, Tensor> = {
    [names.ids]: integers((slot, i) => tokenAt(steps[slot].tokens, steps[slot].draft, i)),
    [names.positions]: integers(position),
    [names.bias]: new library.Tensor("float32", mask, [batch, 1, size, total]),
    [names.lengths]: new library.Tensor("int32", new Int32Array(batch).fill(total - 1), [batch]),
    [names.total]: new library.Tensor("int32", Int32Array.of(total), [1]),
    [names.rows]: new library.Tensor("int64", places, [places.length]),
  };
  const { lag } = shape;
  if (lag)
    feeds[lag.tensor] = integers((slot, i) =>
      laggedToken(lag, { ...steps[slot], history: steps[slot].sequence.history }, i, position(slot, i)),
    );
  const dims = [batch, shape.keyValueHeads, cache.capacity, shape.headSize];
  past.forEach((name, i) => {
    const array = cache.past[i];
    const data = batch === cache.batch ? array : cache.share(array, sequence.slot);
    feeds[name] = new library.Tensor("float32", data, dims);
  });
  const outputs = new Set([names.logits, names.newKeyValue, ...hidden, ...Object.keys(sequence.features)]);
  const results = await session.run(feeds, [...outputs]);
  /** One step's share of an output of all rows. */
  const mine = (name: string, i: number) => {
    const all = floats(results[name]);
    return all.subarray((i * all.length) / batch, ((i + 1) * all.length) / batch);
  };

  return steps.map(({ sequence: own }, i) => {
    const features = Object.fromEntries(Object.keys(own.features).map((name) => [name, mine(name, i)]));
    own.receive(mine(names.newKeyValue, i), steps[i].tokens, steps[i].draft, features);
    const slice = (name: string, node: number) => {
      const tensor = results[name];
      const width = tensor.size / places.length;
      const at = i * rows.length + node + 1;
      return floats(tensor).subarray(at * width, (at + 1) * width);
    };
    /** Of any committed token of the session, and of the draft. */
    function feature(name: string, node: number): Float32Array | undefined {
      const place = before + committed + node;
      if (node < 0) return place < 0 ? undefined : own.features[name].read(place);
      const width = features[name].length / size;
      return features[name].subarray((committed + node) * width, (committed + node + 1) * width);
    }
    return {
      row: (node) => slice(names.logits, node),
      hidden(node, tap) {
        if (tap in features) return feature(tap, node);
        return node < -1 ? undefined : slice(tap, node);
      },
    };
  });
}
