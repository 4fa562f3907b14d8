import { inRange } from "../core/errors.js";
import type { Token } from "../core/types.js";
import { type CacheShape, createCache } from "./cache.js";
import { checkTensors, type Graph, ort } from "./ort.js";
import { type ParallelHeadsShape, scoresOf } from "./parallel-heads.js";
import { floats } from "./tensors.js";

export interface BlockDrafterShape extends ParallelHeadsShape, CacheShape {
  /** Most rows that it can have read. */
  readonly length: number;
  /** Whether it gets the features of a prompt only, and the answer's tokens as they are (SpecDec, Xia et al. 2023). */
  readonly promptOnly?: boolean;
}

const INPUTS = ["input_ids", "features", "total_len"];
const OUTPUTS = ["words", "logits", "new_kv"];
const OWN = "own_ids";

/**
 * A block drafter (DFlash, 2026) as an ONNX graph, for `parallel`: one pass over the last committed token and a masked place for each
 * guess, which see one another and, through keys and values made of the target's features, all that was committed before.
 *
 * Inputs: input_ids int64 [1,1], the last committed token; features float [1,S,featureSize], of the tokens before it that were
 * not read yet; with `promptOnly` own_ids int64 [1,S], these tokens where they have no features, -1 elsewhere;
 * total_len = T int32 [1], rows of features read before and now; past_key.i, past_value.i float [1,heads,C,headSize], C >= T - S.
 * Outputs: words int64 [guesses,K], places in `words`, the likeliest of each place, the best first; logits float [guesses,K], the
 * logarithms of their chances; new_kv float [1,S,layers*2*heads*headSize], keys and values of the rows.
 *
 * @throws a failure when the graph lacks one of them
 */
export async function blockDrafter(session: Graph, shape: BlockDrafterShape) {
  const { Tensor } = await ort();
  const { featureSize, keyValueHeads, headSize, length: most, promptOnly = false } = shape;
  const pasts = Array.from({ length: shape.layers }, (_, i) => [`past_key.${i}`, `past_value.${i}`]).flat();
  const inputs = [...INPUTS, ...pasts, ...(promptOnly ? [OWN] : [])];
  checkTensors(session, inputs, OUTPUTS, "the graph of the block drafter");

  function open() {
    const cache = createCache(shape);
    let length = 0;
    /** The last token that was read, which has no features yet. */
    let last: Token = -1;

    return {
      room: () => most - length,
      async read(tokens: readonly Token[], features: readonly Float32Array[]) {
        const size = tokens.length;
        const total = inRange("rows of the block drafter", length + size, 1, most);
        const seen = new Float32Array(size * featureSize);
        for (const [i, row] of features.entries()) seen.set(row, i * featureSize);
        const own = features.map((row, i) => (row.length > 0 ? -1 : i === 0 ? last : tokens[i - 1]));
        const whole = (values: readonly number[]) =>
          new Tensor("int64", BigInt64Array.from(values, BigInt), [1, values.length]);
        const dims = [1, keyValueHeads, cache.capacity, headSize];
        const results = await session.run(
          {
            input_ids: whole(tokens.slice(-1)),
            features: new Tensor("float32", seen, [1, size, featureSize]),
            ...(promptOnly && { [OWN]: whole(own) }),
            total_len: new Tensor("int32", Int32Array.of(total), [1]),
            ...Object.fromEntries(pasts.map((name, i) => [name, new Tensor("float32", cache.past[i], dims)])),
          },
          OUTPUTS,
        );
        cache.reserve(total);
        for (let row = 0; row < size; row++) cache.write(floats(results.new_kv), row, length + row, 0);
        length = total;
        last = tokens[size - 1];
        return scoresOf(results, shape.guesses, shape.words);
      },
    };
  }

  return { open };
}
