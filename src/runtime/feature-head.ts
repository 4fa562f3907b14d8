import type { Tensor } from "onnxruntime-node";
import { failure } from "../core/errors.js";
import { EMPTY } from "../core/tree.js";
import type { Token } from "../core/types.js";
import { createCache } from "./cache.js";
import { type Graph, ort } from "./ort.js";
import { hide } from "./pass-rows.js";
import { floats } from "./tensors.js";

export interface FeatureHeadShape {
  /** Numbers of the head's own state. */
  readonly size: number;
  /** Numbers of the target's features. */
  readonly featureSize: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  /** The tokens that it scores, in the order of its logits. */
  readonly words: ArrayLike<Token>;
}

/** What the head makes of a row: logits of the token after it, in the order of `words`, and its own state. */
export interface FeatureHeadRow {
  readonly logits: Float32Array;
  readonly state: Float32Array;
}

/**
 * A feature head as an ONNX graph (see `eagle`), one layer with a cache of its own.
 *
 * Inputs: input_ids, position_ids int64 [1,S]; features float [1,S,featureSize]; hidden float [1,S,size], one of both zeros;
 * attn_bias float [1,1,S,P+S]; total_len int32 [1] = P+S; rows int64 [R]; past_key.0, past_value.0 float [1,heads,C,headSize].
 * Outputs: logits float [R, words or more]; hidden_out float [R,size]; new_kv float [1,S,2*heads*headSize].
 *
 * @throws a failure when the graph lacks one of them
 */
export async function featureHead(session: Graph, shape: FeatureHeadShape) {
  const { Tensor } = await ort();
  const { size, featureSize, keyValueHeads, headSize, words } = shape;
  const inputs = ["input_ids", "position_ids", "features", "hidden", "attn_bias", "total_len", "rows"];
  for (const name of [...inputs, "past_key.0", "past_value.0"])
    if (!session.inputNames.includes(name))
      throw failure(`the graph of the feature head has no input "${name}"`);
  const outputs = ["logits", "hidden_out", "new_kv"];
  for (const name of outputs)
    if (!session.outputNames.includes(name))
      throw failure(`the graph of the feature head has no output "${name}"`);

  function open() {
    const cache = createCache({ layers: 1, keyValueHeads, headSize });
    let length = 0;

    async function run(
      tokens: readonly Token[],
      place: number,
      features: readonly Float32Array[] | undefined,
      state: Float32Array | undefined,
    ): Promise<FeatureHeadRow> {
      const rows = tokens.length;
      const total = length + rows;
      cache.reserve(total);
      const integers = (of: (i: number) => number) =>
        new Tensor(
          "int64",
          BigInt64Array.from({ length: rows }, (_, i) => BigInt(of(i))),
          [1, rows],
        );
      const seen = new Float32Array(rows * featureSize);
      for (const [i, row] of features?.entries() ?? []) seen.set(row, i * featureSize);
      const own = state ?? new Float32Array(rows * size);
      const mask = new Float32Array(rows * total);
      hide(mask, length, rows, EMPTY, rows);
      const dims = [1, keyValueHeads, cache.capacity, headSize];
      const feeds: Record<string, Tensor> = {
        input_ids: integers((i) => tokens[i]),
        position_ids: integers((i) => place + i),
        features: new Tensor("float32", seen, [1, rows, featureSize]),
        hidden: new Tensor("float32", own, [1, rows, size]),
        attn_bias: new Tensor("float32", mask, [1, 1, rows, total]),
        total_len: new Tensor("int32", Int32Array.of(total), [1]),
        rows: new Tensor("int64", BigInt64Array.of(BigInt(rows - 1)), [1]),
        "past_key.0": new Tensor("float32", cache.past[0], dims),
        "past_value.0": new Tensor("float32", cache.past[1], dims),
      };
      const results = await session.run(feeds, outputs);
      const fresh = floats(results.new_kv);
      for (let row = 0; row < rows; row++) cache.write(fresh, row, length + row, 0);
      length = total;
      return { logits: floats(results.logits).subarray(0, words.length), state: floats(results.hidden_out) };
    }

    return {
      get length() {
        return length;
      },
      /** Reads rows, each a token and the target's features of the one before it; `place` is the first one's in the sequence. */
      read: (tokens: readonly Token[], features: readonly Float32Array[], place: number) =>
        run(tokens, place, features, undefined),
      /** Goes on with a guess, behind a row's state. */
      guess: (token: Token, state: Float32Array, place: number) => run([token], place, undefined, state),
      rewind(to: number) {
        length = Math.min(length, to);
      },
    };
  }

  return { words, open };
}
