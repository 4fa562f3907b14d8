import type { Token } from "../core/types.js";
import type { Graph } from "../runtime/ort.js";
import { call, floats, type Input, numbers } from "../runtime/tensors.js";
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

export function createReader(graph: Graph, { units }: SpeechManifest): Reader {
  const read = ({ symbols, group, count }: Phones, outputs: readonly string[]) => {
    const inputs: Record<string, Input> = {
      symbols: [symbols, [1, symbols.length]],
      groups: [group, [1, group.length]],
      count: [[count], [1]],
    };
    return call(graph, inputs, outputs);
  };

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
