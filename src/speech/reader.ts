import type { InferenceSession } from "onnxruntime-node";
import type { Token } from "../core/types.js";
import { floats, ort } from "../runtime/ort.js";
import type { PhoneStates } from "./follow-step.js";
import type { SpeechManifest } from "./manifest.js";
import type { Phones } from "./symbols.js";

/** Reads a text for the drafters, in one small pass. */
export interface Reader {
  /** What `follow` needs to know of the text. */
  states(phones: Phones): Promise<PhoneStates>;
  /** A whole guess of the units, the end included: durations and units of all phones at once. */
  reference(phones: Phones): Promise<Token[]>;
}

export function createReader(session: InferenceSession, { units }: SpeechManifest): Reader {
  const read = async ({ symbols, group, count }: Phones, outputs: readonly string[]) => {
    const { Tensor } = await ort();
    const integers = (values: readonly number[], dims: number[]) =>
      new Tensor("int64", BigInt64Array.from(values, BigInt), dims);
    const inputs = {
      symbols: integers(symbols, [1, symbols.length]),
      groups: integers(group, [1, group.length]),
      count: integers([count], [1]),
    };
    return session.run(inputs, outputs);
  };
  const numbers = (tensor: InferenceSession.OnnxValueMapType[string]) =>
    Array.from((tensor as { data: unknown }).data as BigInt64Array, Number);

  return {
    async states(phones) {
      const found = await read(phones, ["advance", "unit", "durations", "candidates"]);
      const likely = numbers(found.candidates);
      const each = likely.length / (phones.count + 2);
      return {
        advance: floats(found.advance),
        unit: floats(found.unit),
        durations: [...numbers(found.durations), 0, 0],
        candidates: [
          ...Array.from({ length: phones.count }, (_, phone) =>
            likely.slice(phone * each, (phone + 1) * each),
          ),
          [units.end],
        ],
      };
    },
    reference: async (phones) => numbers((await read(phones, ["reference"])).reference),
  };
}
