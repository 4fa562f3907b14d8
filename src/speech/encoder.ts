import { usage } from "../core/errors.js";
import type { Token } from "../core/types.js";
import type { Graph } from "../runtime/ort.js";
import { call, numbers } from "../runtime/tensors.js";
import type { SpeechManifest } from "./manifest.js";

/**
 * Sound -> units: samples in -1..1 at the voice's rate, mono. The last unit's missing samples count as silence. The units are
 * the voice's own: whoever spoke, they decode to this voice. Silence is the decoder's padding unit.
 *
 * @throws a usage error when there is no sound.
 */
export async function encodeSound(
  graph: Graph,
  samples: Float32Array,
  manifest: SpeechManifest,
): Promise<Token[]> {
  if (samples.length === 0) throw usage("the sound is empty: there is nothing to encode");
  const size = manifest.units.samples;
  const padded = new Float32Array(Math.ceil(samples.length / size) * size);
  padded.set(samples);
  const { units } = await call(graph, { wave: [padded, [1, padded.length]] }, ["units"]);
  return numbers(units);
}
