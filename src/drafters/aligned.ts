import { chain, EMPTY } from "../core/tree.js";
import type { Drafter } from "../core/types.js";

/** The modality's reference, place by place: for one that never slips, as `reference` follows one that does. */
export const aligned = (): Drafter => ({
  name: "aligned",
  start: async ({ encoded: { reference = [] } }) => ({
    propose: ({ output, budget }) =>
      output.length < reference.length
        ? chain(reference.slice(output.length, output.length + budget.depth))
        : EMPTY,
  }),
});
