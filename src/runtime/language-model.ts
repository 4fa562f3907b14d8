import type { InferenceSession, Tensor } from "onnxruntime-node";
import { failure, usage } from "../core/errors.js";
import { depths, EMPTY } from "../core/tree.js";
import type { Draft, Model, Scores, Session, Step, Token } from "../core/types.js";
import { type CacheShape, createCache, type KeyValueCache } from "./cache.js";
import { floats, type Ort, ort } from "./ort.js";

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
  /** Further outputs, by name, with the shape of a row. */
  readonly taps?: Readonly<Record<string, readonly number[]>>;
  /** Tensor names that differ from `TENSORS`. */
  readonly tensors?: Partial<Names>;
}

/** Added to the attention scores of places a row must not see. */
const HIDDEN = -1e9;

/**
 * A decoder-only ONNX model on the delta-KV contract: past rows go in from JavaScript, only new rows come out, so that
 * rejecting a draft costs nothing.
 *
 * Inputs: input_ids, position_ids int64 [1,S]; attn_bias float [1,1,S,P+S]; seqlens_k = P+S-1, total_len = P+S int32 [1];
 * rows int64 [R], the rows to score; past_key.i, past_value.i float [1,heads,C,size]. Outputs: logits float [R,V];
 * new_kv float [1,S,layers*2*heads*size]; taps float [R,...].
 *
 * A pass never has one row only: one-row passes take other kernels whose results differ in the last bits, and plain
 * decoding must equal speculative decoding exactly. A second row that is not kept costs a few per cent of a pass.
 */
export async function languageModel(session: InferenceSession, shape: LanguageModelShape): Promise<Model> {
  const library = await ort();
  const names: Names = { ...TENSORS, ...shape.tensors };
  const past = Array.from({ length: shape.layers }, (_, layer) => layerNames(names, layer)).flat();
  const { logits, newKeyValue, pastKey, pastValue, ...inputs } = names;
  for (const name of [...Object.values(inputs), ...past]) {
    if (!session.inputNames.includes(name))
      throw failure(`the graph has no input "${name}", which its manifest implies`);
  }
  for (const name of [logits, newKeyValue, ...Object.keys(shape.taps ?? {})]) {
    if (!session.outputNames.includes(name))
      throw failure(`the graph has no output "${name}", which its manifest implies`);
  }

  return {
    vocabularySize: shape.vocabularySize,
    contextLength: shape.contextLength,
    exact: shape.exact,
    open: async () => openSequence({ library, shape, names }),
    async pass(steps, { signal } = {}) {
      const all: Scores[] = [];
      for (const step of steps) {
        signal?.throwIfAborted();
        all.push(await run({ library, shape, names }, session, step));
      }
      return all;
    },
  };
}

const layerNames = ({ pastKey, pastValue }: Names, layer: number) =>
  [pastKey, pastValue].map((name) => name.replace("%", String(layer)));

interface Contract {
  readonly library: Ort;
  readonly shape: LanguageModelShape;
  readonly names: Names;
}

interface Sequence extends Session {
  readonly cache: KeyValueCache;
  /** Tensors over the cache's arrays, made anew when they are replaced. */
  past(): Record<string, Tensor>;
  /** Takes in a pass: its first `committed` new rows count, the rest waits for `keep`. */
  receive(rows: Float32Array, committed: number): void;
}

function openSequence(contract: Contract, cache = createCache(contract.shape), start = 0): Sequence {
  const { library, shape, names } = contract;
  let length = start;
  let waiting: { rows: Float32Array; from: number } | undefined;
  let feeds: Record<string, Tensor> | undefined;
  let capacity = 0;
  return {
    cache,
    get length() {
      return length;
    },
    past() {
      if (!feeds || capacity !== cache.capacity) {
        capacity = cache.capacity;
        const dims = [1, shape.keyValueHeads, capacity, shape.headSize];
        feeds = {};
        for (let layer = 0; layer < shape.layers; layer++) {
          for (const [i, name] of layerNames(names, layer).entries()) {
            feeds[name] = new library.Tensor("float32", cache.past[layer * 2 + i], dims);
          }
        }
      }
      return feeds;
    },
    receive(rows, committed) {
      for (let row = 0; row < committed; row++) cache.write(rows, row, length + row);
      length += committed;
      waiting = { rows, from: committed };
    },
    keep(path) {
      if (!waiting && path.length) throw failure("keep() was called without a pass before it");
      for (const node of path) cache.write(waiting!.rows, waiting!.from + node, length++);
      waiting = undefined;
    },
    rewind(to) {
      if (to < 0 || to > length) throw usage(`cannot rewind to ${to}: the session has ${length} tokens`);
      length = to;
      waiting = undefined;
    },
    fork: () => openSequence(contract, cache.copy(), length),
    [Symbol.asyncDispose]: async () => {
      feeds = undefined;
      waiting = undefined;
    },
  };
}

async function run(
  { library, shape, names }: Contract,
  session: InferenceSession,
  step: Step,
): Promise<Scores> {
  const { tokens, draft = EMPTY, hidden = [] } = step;
  const sequence = step.session as Sequence;
  const before = sequence.length;
  const used = tokens.length + draft.tokens.length;
  if (tokens.length === 0) throw usage("a pass needs at least one committed token");
  if (before + tokens.length > shape.contextLength) {
    throw usage(`${before + tokens.length} tokens do not fit the model's context of ${shape.contextLength}`);
  }
  const size = Math.max(2, used);
  sequence.cache.reserve(before + size);

  const ids = BigInt64Array.from({ length: size }, (_, i) => BigInt(tokenAt(tokens, draft, i)));
  const rows = scoredRows(tokens.length, draft.tokens.length);
  const integers = (data: BigInt64Array, dims: number[]) => new library.Tensor("int64", data, dims);
  const feeds: Record<string, Tensor> = {
    [names.ids]: integers(ids, [1, size]),
    [names.positions]: integers(positions(before, tokens.length, draft, size), [1, size]),
    [names.bias]: new library.Tensor("float32", bias(before, tokens.length, draft, size), [
      1,
      1,
      size,
      before + size,
    ]),
    [names.lengths]: new library.Tensor("int32", Int32Array.of(before + size - 1), [1]),
    [names.total]: new library.Tensor("int32", Int32Array.of(before + size), [1]),
    [names.rows]: integers(rows, [rows.length]),
    ...sequence.past(),
  };
  const results = await session.run(feeds, [names.logits, names.newKeyValue, ...hidden]);
  sequence.receive(floats(results[names.newKeyValue]), tokens.length);

  const slice = (name: string, node: number) => {
    const tensor = results[name];
    const width = tensor.size / rows.length;
    return floats(tensor).subarray((node + 1) * width, (node + 2) * width);
  };
  return { row: (node) => slice(names.logits, node), hidden: (node, tap) => slice(tap, node) };
}

/** Committed tokens, then the draft, then the last token again to fill up. */
const tokenAt = (tokens: readonly Token[], draft: Draft, index: number) =>
  index < tokens.length ? tokens[index] : (draft.tokens[index - tokens.length] ?? tokens[tokens.length - 1]);

/** The last committed token and every draft node; never one row alone (see `languageModel`). */
function scoredRows(committed: number, drafted: number): BigInt64Array {
  const rows = BigInt64Array.from({ length: drafted + 1 }, (_, i) => BigInt(committed - 1 + i));
  return rows.length > 1 ? rows : BigInt64Array.of(rows[0], rows[0]);
}

function positions(before: number, committed: number, draft: Draft, size: number): BigInt64Array {
  const depth = depths(draft);
  return BigInt64Array.from({ length: size }, (_, i) => {
    const behind = i < committed ? i : committed + (depth[i - committed] ?? 0);
    return BigInt(before + behind);
  });
}

/** Committed tokens see all before them; a draft node its ancestors besides. */
function bias(before: number, committed: number, draft: Draft, size: number): Float32Array {
  const width = before + size;
  const values = new Float32Array(size * width);
  for (let row = 0; row < size; row++) {
    const own = row * width;
    if (row < committed || row - committed >= draft.tokens.length) {
      values.fill(HIDDEN, own + before + row + 1, own + width);
      continue;
    }
    values.fill(HIDDEN, own + before + committed, own + width);
    for (let node = row - committed; node >= 0; node = draft.parents[node])
      values[own + before + committed + node] = 0;
  }
  return values;
}
