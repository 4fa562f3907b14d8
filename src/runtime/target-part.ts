import { failure, usage } from "../core/errors.js";
import { EMPTY } from "../core/tree.js";
import type { Past, Token } from "../core/types.js";
import { contractOf, type LanguageModelShape } from "./contract.js";
import type { Graph } from "./ort.js";
import { type PassSequence, run } from "./pass.js";
import { ownerOf, type Sequence } from "./sequence.js";

/**
 * A graph of some of a target's layers, in which it reads the keys and values that the target has made of what is committed: the
 * first layers with an exit behind them, or all but a few. It is on the contract of `languageModel`, where layer i stands for
 * the target's layer `layers[i]`. Nothing of what it reads or makes is kept.
 *
 * @param target the shape of the target's own graph
 * @throws failures for a layer that the target has not, and for a graph that lacks an input or an output
 *
 * @example
 * const part = await targetPart(graph, shape, [0, 1, 2, 3]);
 * const drafter = selfSpeculative(part);
 */
export async function targetPart(graph: Graph, target: LanguageModelShape, layers: readonly number[]) {
  const missing = layers.find((layer) => !(layer >= 0 && layer < target.layers));
  if (missing !== undefined)
    throw failure(`a part reads layer ${missing} of its target, which has ${target.layers}`);
  const shape = { ...target, layers: layers.length, taps: {}, features: {} };
  const contract = await contractOf(graph, shape);
  return {
    /**
     * The logits behind the last of `tokens`, which follow what the target has read; one pass over all of them.
     *
     * @throws a usage error where the past is that of another kind of model
     */
    async scores(past: Past, tokens: readonly Token[]): Promise<Float32Array> {
      const owner = ownerOf(past);
      if (!owner || owner.cache.past.length !== target.layers * 2)
        throw usage("a part of a target reads the past of that target only: use it with its own model");
      const step = { sequence: reading(owner, layers), tokens, draft: EMPTY, hidden: [] };
      const [scores] = await run(contract, [step]);
      return scores.row(-1);
    },
  };
}

/**
 * A sequence's past in some of its layers, to be read: new rows go nowhere. Its arrays may grow, as some graphs want room for
 * those rows, too.
 */
function reading({ cache, slot, length, history }: Sequence, layers: readonly number[]): PassSequence {
  const { batch, reserve, share } = cache;
  return {
    cache: {
      batch,
      get capacity() {
        return cache.capacity;
      },
      get past() {
        return layers.flatMap((layer) => [cache.past[layer * 2], cache.past[layer * 2 + 1]]);
      },
      reserve,
      share,
    },
    slot,
    length,
    history,
    features: {},
    receive() {},
  };
}
