import type { InferenceSession, Tensor } from "onnxruntime-node";
import { failure, usage } from "../core/errors.js";
import { depths, EMPTY } from "../core/tree.js";
import type { Draft, Model, Scores, Session, Step, Token } from "../core/types.js";
import { type CacheShape, createCache, type KeyValueCache } from "./cache.js";
import { floats, type Ort, ort } from "./ort.js";
import { hide, laggedToken, scoredRows, tokenAt } from "./pass-rows.js";

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

type Names = Readonly<Record<keyof typeof TENSORS, string>>;

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
  /** Tensor names that differ from `TENSORS`. */
  readonly tensors?: Partial<Names>;
}

/** A further input int64 [B,S]: the token `distance` places before each row's own. */
export interface Lag {
  readonly tensor: string;
  readonly distance: number;
  /** The first place of a sequence that counts, and what stands for those before it. */
  readonly from: number;
  readonly none: Token;
}

/**
 * The first `length` tokens of every prompt see one another, the later ones too. A graph of its own reads them:
 * input_ids int64 [1,length] -> new_kv float [1,length,layers*2*heads*size].
 */
export interface Prefix {
  readonly session: InferenceSession;
  readonly length: number;
}

/**
 * A decoder-only ONNX model on the delta-KV contract: past rows go in from JavaScript, only new rows come out, so that
 * rejecting a draft costs nothing.
 *
 * Inputs: input_ids, position_ids int64 [B,S]; attn_bias float [B,1,S,P+S]; seqlens_k = P+S-1 int32 [B], total_len = P+S
 * int32 [1]; rows int64 [R], the rows of B*S to score; past_key.i, past_value.i float [B,heads,C,size]. Outputs: logits float
 * [R,V]; new_kv float [B,S,layers*2*heads*size]; taps float [R,...].
 *
 * A pass never has one row only: one-row passes take other kernels whose results differ in the last bits, and plain
 * decoding must equal speculative decoding exactly. A second row that is not kept costs a few per cent of a pass.
 */
export async function languageModel(
  session: InferenceSession,
  shape: LanguageModelShape,
  prefix?: Prefix,
): Promise<Model> {
  const library = await ort();
  const names: Names = { ...TENSORS, ...shape.tensors };
  const past = Array.from({ length: shape.layers }, (_, layer) => layerNames(names, layer)).flat();
  const { logits, newKeyValue, pastKey, pastValue, ...inputs } = names;
  const { lag } = shape;
  for (const name of [...Object.values(inputs), ...past, ...(lag ? [lag.tensor] : [])]) {
    if (!session.inputNames.includes(name))
      throw failure(`the graph has no input "${name}", which its manifest implies`);
  }
  for (const name of [logits, newKeyValue, ...Object.keys(shape.taps ?? {})]) {
    if (!session.outputNames.includes(name))
      throw failure(`the graph has no output "${name}", which its manifest implies`);
  }
  const contract: Contract = { library, session, shape, names, prefix };

  return {
    vocabularySize: shape.vocabularySize,
    contextLength: shape.contextLength,
    exact: shape.exact,
    open: async () => openSequences(contract, createCache(shape))[0],
    openTogether: async (count) =>
      shape.batched
        ? openSequences(contract, createCache(shape, count))
        : Array.from({ length: count }, () => openSequences(contract, createCache(shape))[0]),
    async pass(steps, { signal } = {}) {
      signal?.throwIfAborted();
      const ready: Ready[] = [];
      for (const step of steps) ready.push(await readPrefix(contract, step));
      if (runsTogether(ready)) return run(contract, ready);
      const all: Scores[] = [];
      for (const one of ready) {
        signal?.throwIfAborted();
        all.push(...(await run(contract, [one])));
      }
      return all;
    },
  };
}

const layerNames = ({ pastKey, pastValue }: Names, layer: number) =>
  [pastKey, pastValue].map((name) => name.replace("%", String(layer)));

interface Contract {
  readonly library: Ort;
  readonly session: InferenceSession;
  readonly shape: LanguageModelShape;
  readonly names: Names;
  readonly prefix?: Prefix;
}

interface Sequence extends Session {
  readonly cache: KeyValueCache;
  /** Its place in the cache's batch. */
  readonly slot: number;
  /** Its committed tokens, where the model asks for earlier ones. */
  readonly history: readonly Token[];
  /** Takes in a pass: of its new rows the first ones, those of `tokens`, count; the draft's wait for `keep`. */
  receive(rows: Float32Array, tokens: readonly Token[], draft: readonly Token[]): void;
}

/** The sequences of a cache. */
function openSequences(contract: Contract, cache: KeyValueCache, start = 0): Sequence[] {
  return Array.from({ length: cache.batch }, (_, slot) => openSequence(contract, cache, slot, start));
}

function openSequence(
  contract: Contract,
  cache: KeyValueCache,
  slot: number,
  start: number,
  past: readonly Token[] = [],
): Sequence {
  const remembers = contract.shape.lag !== undefined;
  const history = past.slice();
  let length = start;
  let waiting: { rows: Float32Array; from: number; draft: readonly Token[] } | undefined;
  return {
    cache,
    slot,
    history,
    get length() {
      return length;
    },
    receive(rows, tokens, draft) {
      for (let row = 0; row < tokens.length; row++) cache.write(rows, row, length + row, slot);
      length += tokens.length;
      if (remembers) history.push(...tokens);
      waiting = { rows, from: tokens.length, draft };
    },
    keep(path) {
      if (!waiting && path.length) throw failure("keep() was called without a pass before it");
      for (const node of path) {
        cache.write(waiting!.rows, waiting!.from + node, length++, slot);
        if (remembers) history.push(waiting!.draft[node]);
      }
      waiting = undefined;
    },
    rewind(to) {
      if (to < 0 || to > length) throw usage(`cannot rewind to ${to}: the session has ${length} tokens`);
      length = to;
      history.length = Math.min(history.length, to);
      waiting = undefined;
    },
    fork: () => openSequence(contract, cache.copy(slot), 0, length, history),
    [Symbol.asyncDispose]: async () => {
      waiting = undefined;
    },
  };
}

/** A step whose tokens, if it is a sequence's first, begin behind the prefix. */
interface Ready {
  readonly sequence: Sequence;
  readonly tokens: readonly Token[];
  readonly draft: Draft;
  readonly hidden: readonly string[];
}

/** Fills the cache with all of the prefix but its last token, which the pass itself reads, as it scores what follows. */
async function readPrefix({ library, shape, names, prefix }: Contract, step: Step): Promise<Ready> {
  const { tokens, draft = EMPTY, hidden = [] } = step;
  const sequence = step.session as Sequence;
  if (tokens.length === 0) throw usage("a pass needs at least one committed token");
  const all = sequence.length + tokens.length;
  if (all > shape.contextLength)
    throw usage(`${all} tokens do not fit the model's context of ${shape.contextLength}`);
  if (!prefix || sequence.length >= prefix.length - 1) return { sequence, tokens, draft, hidden };
  if (sequence.length > 0 || tokens.length < prefix.length)
    throw usage(`this model reads the first ${prefix.length} tokens at once: give them in the first pass`);
  const ids = BigInt64Array.from(tokens.slice(0, prefix.length), BigInt);
  const feeds = { [names.ids]: new library.Tensor("int64", ids, [1, prefix.length]) };
  const results = await prefix.session.run(feeds, [names.newKeyValue]);
  sequence.cache.reserve(prefix.length);
  sequence.receive(floats(results[names.newKeyValue]), tokens.slice(0, prefix.length - 1), []);
  return { sequence, tokens: tokens.slice(prefix.length - 1), draft, hidden };
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
async function run({ library, session, shape, names }: Contract, steps: readonly Ready[]): Promise<Scores[]> {
  const [{ sequence, tokens: first, draft: firstDraft, hidden }] = steps;
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
  for (let layer = 0; layer < shape.layers; layer++) {
    for (const [i, name] of layerNames(names, layer).entries()) {
      const array = cache.past[layer * 2 + i];
      const data = batch === cache.batch ? array : cache.share(array, sequence.slot);
      feeds[name] = new library.Tensor("float32", data, dims);
    }
  }
  const results = await session.run(feeds, [names.logits, names.newKeyValue, ...hidden]);
  const fresh = floats(results[names.newKeyValue]);

  return steps.map(({ sequence: own }, i) => {
    const mine = fresh.subarray((i * fresh.length) / batch, ((i + 1) * fresh.length) / batch);
    own.receive(mine, steps[i].tokens, steps[i].draft.tokens);
    const slice = (name: string, node: number) => {
      const tensor = results[name];
      const width = tensor.size / places.length;
      const at = i * rows.length + node + 1;
      return floats(tensor).subarray(at * width, (at + 1) * width);
    };
    return { row: (node) => slice(names.logits, node), hidden: (node, tap) => slice(tap, node) };
  });
}
