// What the library adds to a pass: plain decoding beside a bare loop of session.run on the same graph.
import { createCache } from "../../dist/runtime/cache.js";
import { openSession, ort } from "../../dist/runtime/ort.js";
import { findTextModel } from "../../dist/text/index.js";
import { median } from "../stats.mjs";
import { write } from "./run.mjs";

const REPEATS = 5;

/** Milliseconds a token of both, in turn. */
export async function bareLoop(model, item, maxTokens) {
  const { manifest, file } = findTextModel(model.name);
  const session = await openSession(file(manifest.target.graph));
  const prompt = model.chat([{ role: "user", content: item.prompt }]);
  const times = { bare: [], own: [] };
  for (let repeat = -1; repeat < REPEATS; repeat++) {
    const bare = await loop(session, manifest.target, prompt, maxTokens);
    const { metrics } = await write(model, item, { maxTokens, temperature: 0, drafter: "none" });
    if (repeat < 0) continue;
    times.bare.push(bare);
    times.own.push(metrics.time.total / metrics.tokens);
  }
  await session.release();
  return { bare: median(times.bare), own: median(times.own) };
}

/** Greedy decoding and nothing else; as in the library no pass has one row. */
async function loop(session, shape, prompt, most) {
  const { Tensor } = await ort();
  const { layers, keyValueHeads, headSize, vocabularySize } = shape;
  const cache = createCache(shape);
  const names = Array.from({ length: layers }, (_, i) => [`past_key.${i}`, `past_value.${i}`]).flat();
  let length = 0;
  async function pass(tokens, dummies) {
    const size = tokens.length + dummies;
    const total = length + size;
    cache.reserve(total);
    const mask = new Float32Array(size * total);
    for (let row = 0; row < size; row++) mask.fill(-1e9, row * total + length + row + 1, (row + 1) * total);
    const feeds = {
      input_ids: new Tensor(
        "int64",
        BigInt64Array.from({ length: size }, (_, i) => BigInt(tokens[i] ?? 0)),
        [1, size],
      ),
      position_ids: new Tensor(
        "int64",
        BigInt64Array.from({ length: size }, (_, i) => BigInt(length + i)),
        [1, size],
      ),
      attn_bias: new Tensor("float32", mask, [1, 1, size, total]),
      seqlens_k: new Tensor("int32", Int32Array.of(total - 1), [1]),
      total_len: new Tensor("int32", Int32Array.of(total), [1]),
      rows: new Tensor("int64", BigInt64Array.of(BigInt(tokens.length - 1)), [1]),
    };
    const dims = [1, keyValueHeads, cache.capacity, headSize];
    for (const [i, name] of names.entries()) feeds[name] = new Tensor("float32", cache.past[i], dims);
    const { logits, new_kv } = await session.run(feeds, ["logits", "new_kv"]);
    for (let row = 0; row < tokens.length; row++) cache.write(new_kv.data, row, length + row, 0);
    length += tokens.length;
    let best = 0;
    for (let i = 1; i < vocabularySize; i++) if (logits.data[i] > logits.data[best]) best = i;
    return best;
  }
  let token = await pass(prompt, 0);
  const began = performance.now();
  for (let i = 1; i < most; i++) token = await pass([token], 1);
  return (performance.now() - began) / (most - 1);
}
