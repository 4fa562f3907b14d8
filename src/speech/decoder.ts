import type { Token } from "../core/types.js";
import type { Graph } from "../runtime/ort.js";
import { call, floats } from "../runtime/tensors.js";
import type { SpeechManifest } from "./manifest.js";

/** Units of the first piece, and how much longer each later one is. */
const FIRST_PIECE = 24;
const GROWTH = 4;

export interface UnitStream {
  /** Takes in units; gives the sound that no later unit can change, if there is enough of it. */
  push(units: readonly Token[]): Promise<Float32Array | undefined>;
  /** The rest of the sound. */
  finish(): Promise<Float32Array>;
}

export interface UnitDecoder {
  /** Units -> samples in -1..1, `units.length * samples` of them. */
  decode(units: readonly Token[]): Promise<Float32Array>;
  /**
   * The same in pieces while the units arrive; joined, they equal `decode` to within rounding (5e-5 of full scale).
   * `first`: units of the first piece; later ones grow, since every piece costs its context once more.
   */
  stream(first?: number): UnitStream;
}

export function unitDecoder(graph: Graph, manifest: SpeechManifest): UnitDecoder {
  const { pad, padding, context } = manifest.decoder;
  const { samples } = manifest.units;
  const silence = new Array<Token>(padding).fill(pad);

  /** Sound of the places `from` to `to` of a padded row of units, computed with the context they depend on. */
  async function piece(padded: readonly Token[], from: number, to: number): Promise<Float32Array> {
    const first = Math.max(0, from - context);
    const window = padded.slice(first, Math.min(padded.length, to + context));
    const { wave } = await call(graph, { units: [window, [1, window.length]] }, ["wave"]);
    return floats(wave).slice((from - first) * samples, (to - first) * samples);
  }

  return {
    decode: (units) => piece([...silence, ...units, ...silence], padding, padding + units.length),
    stream(first = FIRST_PIECE) {
      const padded: Token[] = silence.slice();
      let done = padding;
      let size = first;
      return {
        async push(units) {
          padded.push(...units);
          const ready = padded.length - context - done;
          if (ready < size) return undefined;
          const sound = await piece(padded, done, done + ready);
          done += ready;
          size *= GROWTH;
          return sound;
        },
        async finish() {
          const end = padded.length;
          padded.push(...silence);
          return end > done ? piece(padded, done, end) : new Float32Array(0);
        },
      };
    },
  };
}
