import { chain } from "../core/tree.js";
import type { Drafter } from "../core/types.js";
import { inVocabulary, roomIn } from "./bounds.js";

/**
 * The modality's reference (`Encoded.reference`), place by place: for one that never slips, as `reference` follows one that
 * does. Proposes nothing without a reference, behind its end, and from a token on that the model's vocabulary lacks.
 */
export const aligned = (): Drafter => ({
  name: "aligned",
  start: async ({ encoded: { reference = [] }, model: { vocabularySize } }) => ({
    propose({ output, budget }) {
      const coming = reference.slice(output.length, output.length + roomIn(budget));
      return chain(inVocabulary(coming, vocabularySize));
    },
  }),
});
