import type { CacheShape } from "./cache.js";
import { checkTensors, type Graph, type Ort, ort } from "./ort.js";
import type { Lag } from "./pass-rows.js";

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
  /** Learned tokens behind the vocabulary, which a row may be given and none can be (see `Draft.ahead`). */
  readonly lookAhead?: number;
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

/** A graph on the contract (see `languageModel`). */
export interface Contract {
  readonly library: Ort;
  readonly session: Graph;
  readonly shape: LanguageModelShape;
  readonly names: TensorNames;
  /** Names of past keys and values, in the order of a cache's arrays. */
  readonly past: readonly string[];
}

/** @throws a failure that names the first input or output that the graph lacks */
export async function contractOf(session: Graph, shape: LanguageModelShape): Promise<Contract> {
  const library = await ort();
  const names: TensorNames = { ...TENSORS, ...shape.tensors };
  const { logits, newKeyValue, pastKey, pastValue, ...inputs } = names;
  const past = Array.from({ length: shape.layers }, (_, layer) =>
    [pastKey, pastValue].map((name) => name.replace("%", String(layer))),
  ).flat();
  const { lag, taps, features } = shape;
  checkTensors(
    session,
    [...Object.values(inputs), ...past, ...(lag ? [lag.tensor] : [])],
    [logits, newKeyValue, ...Object.keys({ ...taps, ...features })],
  );
  return { library, session, shape, names, past };
}
