import type { InferenceSession } from "onnxruntime-node";
import { usage } from "../core/errors.js";
import type { Token } from "../core/types.js";
import { ort } from "../runtime/ort.js";
import type { SpeechManifest } from "./manifest.js";

/**
 * Sound -> units: samples in -1..1 at the voice's rate, mono. The last unit's missing samples count as silence. The units are
 * the voice's own: whoever spoke, they decode to this voice. Silence is the decoder's padding unit.
 *
 * @throws a usage error when there is no sound.
 */
export async function encodeSound(
  session: InferenceSession,
  samples: Float32Array,
  manifest: SpeechManifest,
): Promise<Token[]> {
  if (samples.length === 0) throw usage("the sound is empty: there is nothing to encode");
  const size = manifest.units.samples;
  const padded = new Float32Array(Math.ceil(samples.length / size) * size);
  padded.set(samples);
  const { Tensor } = await ort();
  const { units } = await session.run({ wave: new Tensor("float32", padded, [1, padded.length]) }, ["units"]);
  return Array.from(units.data as BigInt64Array, Number);
}
