import type { Tensor } from "onnxruntime-node";
import type { Token } from "../core/types.js";
import { checkTensors, type Graph } from "./ort.js";
import { call, floats, numbers } from "./tensors.js";

export interface ParallelHeadsShape {
  /** Places that are guessed at once. */
  readonly guesses: number;
  /** Numbers of the target's features. */
  readonly featureSize: number;
  /** The tokens that are scored, in the order of the logits. */
  readonly words: ArrayLike<Token>;
}

const INPUTS = ["input_ids", "features"];
const OUTPUTS = ["words", "logits"];

/**
 * Heads that guess several places at once from the target's features, none knowing what another one guesses (Medusa, Cai et al.
 * 2024), as an ONNX graph; for `eagle`, as it takes features, too.
 *
 * Inputs: input_ids int64 [1,1], the last committed token; features float [1,1,featureSize], of the token before it. Outputs: words
 * int64 [guesses,K], places in `words`, the likeliest of each place, the best first; logits float [guesses,K], the
 * logarithms of their chances.
 *
 * @throws a failure when the graph lacks one of them
 */
export function parallelHeads(session: Graph, { guesses, featureSize, words }: ParallelHeadsShape) {
  checkTensors(session, INPUTS, OUTPUTS, "the graph of the parallel heads");
  const open = () => ({
    room: () => Number.POSITIVE_INFINITY,
    async read(tokens: readonly Token[], features: readonly Float32Array[]) {
      const results = await call(
        session,
        {
          input_ids: [tokens.slice(-1), [1, 1]],
          features: [features[features.length - 1], [1, 1, featureSize]],
        },
        OUTPUTS,
      );
      return scoresOf(results, guesses, words);
    },
  });
  return { open };
}

/** What a graph says of several places: `words` int64 [guesses,K] and `logits` float [guesses,K], as above. */
export function scoresOf(
  results: Readonly<Record<string, Tensor>>,
  guesses: number,
  words: ArrayLike<Token>,
) {
  const [found, logits] = [numbers(results.words), floats(results.logits)];
  const most = found.length / guesses;
  return Array.from({ length: guesses }, (_, place) => ({
    tokens: found.slice(place * most, (place + 1) * most).map((word) => words[word]),
    logits: logits.subarray(place * most, (place + 1) * most),
  }));
}
