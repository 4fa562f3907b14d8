import type { Tensor } from "onnxruntime-node";
import type { Token } from "../core/types.js";
import { createCache } from "./cache.js";
import { checkTensors, type Graph, ort } from "./ort.js";
import { floats, numbers } from "./tensors.js";

export interface FeatureHeadShape {
  /** Guesses that it makes in a row. */
  readonly guesses: number;
  /** Numbers of the target's features. */
  readonly featureSize: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  /** Most rows that it can have read. */
  readonly length: number;
  /** The tokens that it scores, in the order of its logits. */
  readonly words: ArrayLike<Token>;
}

const INPUTS = ["input_ids", "features", "seqlens_k", "total_len", "past_key", "past_value"] as const;
const OUTPUTS = ["words", "chances", "present_key", "present_value"] as const;

/**
 * A feature head as an ONNX graph (see `eagle`): one layer with a cache of its own, which goes in and comes out whole. A step costs little,
 * so that every node of the graph and every tensor counts.
 *
 * Inputs: input_ids int64 [1,S]; features float [1,S,featureSize], of the token before each; seqlens_k = T-1 int32 [1],
 * total_len = T int32 [1], rows read before and now; past_key, past_value float [1,heads,C,headSize], C >= T + guesses - 1.
 * Outputs: words int64 [guesses], places in `words`, the likeliest, each behind the one before it; chances float [guesses];
 * present_key, present_value: the past with the new rows behind it.
 *
 * @throws a failure when the graph lacks one of them
 */
export async function featureHead(session: Graph, shape: FeatureHeadShape) {
  const { Tensor } = await ort();
  const { guesses, featureSize, keyValueHeads, headSize, length: most, words } = shape;
  checkTensors(session, INPUTS, OUTPUTS, "the graph of the feature head");

  function open() {
    let cache = createCache({ layers: 1, keyValueHeads, headSize });
    let past: readonly Float32Array[] = cache.past;
    let length = 0;

    function reserve(rows: number): void {
      if (rows <= cache.capacity) return;
      // What came out last time takes the place of what went in.
      past.forEach((array, i) => {
        if (array !== cache.past[i]) cache.past[i].set(array);
      });
      cache = cache.copy(0, length);
      cache.reserve(rows);
      past = cache.past;
    }

    return {
      room: () => most - length - guesses,
      async read(tokens: readonly Token[], features: readonly Float32Array[]) {
        const total = length + tokens.length;
        reserve(total + guesses - 1);
        const seen = new Float32Array(tokens.length * featureSize);
        for (const [i, row] of features.entries()) seen.set(row, i * featureSize);
        const dims = [1, keyValueHeads, cache.capacity, headSize];
        const feeds: Record<(typeof INPUTS)[number], Tensor> = {
          input_ids: new Tensor("int64", BigInt64Array.from(tokens, BigInt), [1, tokens.length]),
          features: new Tensor("float32", seen, [1, tokens.length, featureSize]),
          seqlens_k: new Tensor("int32", Int32Array.of(total - 1), [1]),
          total_len: new Tensor("int32", Int32Array.of(total), [1]),
          past_key: new Tensor("float32", past[0], dims),
          past_value: new Tensor("float32", past[1], dims),
        };
        const results = await session.run(feeds, OUTPUTS);
        past = [floats(results.present_key), floats(results.present_value)];
        // Rows of the guesses lie behind those that were read: they are written over next time.
        length = total;
        const chances = floats(results.chances);
        return numbers(results.words).map((word, i) => ({ token: words[word], chance: chances[i] }));
      },
    };
  }

  return { open };
}
