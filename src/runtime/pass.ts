import type { Tensor } from "onnxruntime-node";
import { depths } from "../core/tree.js";
import type { Draft, Scores, Token } from "../core/types.js";
import type { KeyValueCache } from "./cache.js";
import type { Contract } from "./contract.js";
import { hide, laggedToken, scoredRows, tokenAt } from "./pass-rows.js";
import type { Sequence } from "./sequence.js";
import { floats } from "./tensors.js";

/** What a pass reads of a sequence, and where its new rows go. */
export interface PassSequence extends Pick<Sequence, "slot" | "length" | "history" | "features" | "receive"> {
  readonly cache: Pick<KeyValueCache, "batch" | "capacity" | "past" | "reserve" | "share">;
}

export interface PassStep {
  readonly sequence: PassSequence;
  readonly tokens: readonly Token[];
  readonly draft: Draft;
  readonly hidden: readonly string[];
}

/** One pass over steps of one cache, with equally many rows behind equally many: all its sequences in their order, or one. */
export async function run(
  { library, session, shape, names, past }: Contract,
  steps: readonly PassStep[],
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
