import type { InferenceSession } from "onnxruntime-node";
import type { Token } from "../core/types.js";
import type { Pixels } from "../files/pictures/pixels.js";
import { floats, ort } from "../runtime/ort.js";
import type { ImageManifest } from "./manifest.js";

/** Tokens -> pixels of the manifest's picture size. */
export async function paintTokens(
  decoder: InferenceSession,
  tokens: readonly Token[],
  { grid, picture: { width, height } }: ImageManifest,
): Promise<Pixels> {
  const { Tensor } = await ort();
  const ids = new Tensor("int64", BigInt64Array.from(tokens, BigInt), [1, grid.rows, grid.columns]);
  const results = await decoder.run({ [decoder.inputNames[0]]: ids });
  return { data: results[decoder.outputNames[0]].data as Uint8Array, width, height };
}

/** Pixels of the encoder's size -> tokens. */
export async function readTokens(
  encoder: InferenceSession,
  { data, width, height }: Pixels,
): Promise<Token[]> {
  const { Tensor } = await ort();
  const pixels = new Tensor("uint8", data, [1, height, width, 3]);
  const results = await encoder.run({ [encoder.inputNames[0]]: pixels });
  return Array.from(results[encoder.outputNames[0]].data as BigInt64Array, Number);
}

/** A hidden state -> logits of all heads, one after another. */
export async function runHeads(session: InferenceSession, hidden: Float32Array): Promise<Float32Array> {
  const { Tensor } = await ort();
  const state = new Tensor("float32", hidden, [1, hidden.length]);
  const results = await session.run({ [session.inputNames[0]]: state });
  return floats(results[session.outputNames[0]]);
}
