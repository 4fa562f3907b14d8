import type { Tensor } from "onnxruntime-node";
import { inRange } from "../core/errors.js";
import type { Token } from "../core/types.js";
import { createCache } from "./cache.js";
import { checkTensors, type Graph, ort } from "./ort.js";
import { floats, numbers } from "./tensors.js";

export interface FeatureHeadShape {
  /** Numbers of the target's features. */
  readonly featureSize: number;
  /** Numbers of the head's own state. */
  readonly stateSize: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  /** Most rows that it can have read. */
  readonly length: number;
  /** The tokens that it scores, in the order of its logits. */
  readonly words: ArrayLike<Token>;
}

const INPUTS = [
  "input_ids",
  "features",
  "states",
  "seqlens_k",
  "total_len",
  "past_key",
  "past_value",
] as const;
const OUTPUTS = ["words", "logits", "state", "present_key", "present_value"] as const;

/**
 * A feature head as an ONNX graph (see `eagle`): one layer with a cache of its own, which goes in and comes out whole. A step costs little,
 * so that every node of the graph and every tensor counts.
 *
 * Inputs: input_ids int64 [1,S]; features float [1,S,featureSize], of the token before each; states float [1,S,stateSize], what takes
 * their place behind a guess (one of the two is 0); seqlens_k = T-1 int32 [1], total_len = T int32 [1], rows read before and now;
 * past_key, past_value float [1,heads,C,headSize], C >= T. Outputs: words int64 [K], places in `words`, the likeliest behind the last
 * row, the best first; logits float [K], the logarithms of their chances; state float [1,1,stateSize], of the last row;
 * present_key, present_value: the past with the new rows behind it.
 *
 * @throws a failure when the graph lacks one of them
 */
export async function featureHead(session: Graph, shape: FeatureHeadShape) {
  const { Tensor } = await ort();
  const { featureSize, stateSize, keyValueHeads, headSize, length: most, words } = shape;
  checkTensors(session, INPUTS, OUTPUTS, "the graph of the feature head");

  function open() {
    let cache = createCache({ layers: 1, keyValueHeads, headSize });
    let past: readonly Float32Array[] = cache.past;
    /** Rows that were read, and guesses behind them. */
    let length = 0;
    let guessed = 0;
    let state: Float32Array = new Float32Array(stateSize);

    function reserve(rows: number): void {
      if (rows <= cache.capacity) return;
      // What came out last time takes the place of what went in.
      past.forEach((array, i) => {
        if (array !== cache.past[i]) cache.past[i].set(array);
      });
      cache = cache.copy(0, length + guessed);
      cache.reserve(rows);
      past = cache.past;
    }

    /** Rows behind those that are there. */
    async function run(tokens: readonly Token[], features: Float32Array, states: Float32Array) {
      const size = tokens.length;
      const total = length + guessed + size;
      reserve(total);
      const dims = [1, keyValueHeads, cache.capacity, headSize];
      const feeds: Record<(typeof INPUTS)[number], Tensor> = {
        input_ids: new Tensor("int64", BigInt64Array.from(tokens, BigInt), [1, size]),
        features: new Tensor("float32", features, [1, size, featureSize]),
        states: new Tensor("float32", states, [1, size, stateSize]),
        seqlens_k: new Tensor("int32", Int32Array.of(total - 1), [1]),
        total_len: new Tensor("int32", Int32Array.of(total), [1]),
        past_key: new Tensor("float32", past[0], dims),
        past_value: new Tensor("float32", past[1], dims),
      };
      const results = await session.run(feeds, OUTPUTS);
      past = [floats(results.present_key), floats(results.present_value)];
      state = floats(results.state);
      return { tokens: numbers(results.words).map((word) => words[word]), logits: floats(results.logits) };
    }

    return {
      room: () => most - length,
      async read(tokens: readonly Token[], features: readonly Float32Array[]) {
        const seen = new Float32Array(tokens.length * featureSize);
        for (const [i, row] of features.entries()) seen.set(row, i * featureSize);
        // Rows of guesses are written over.
        guessed = 0;
        const found = await run(tokens, seen, new Float32Array(tokens.length * stateSize));
        length += tokens.length;
        return [found];
      },
      async step(token: Token) {
        inRange("rows of the feature head", length + guessed + 1, 1, most);
        const found = await run([token], new Float32Array(featureSize), state);
        guessed++;
        return found;
      },
    };
  }

  return { open };
}
