import { EMPTY } from "../core/tree.js";
import type { Plan, Planning } from "../core/types.js";

/** Room for no draft. */
export const NOTHING = { nodes: 0, depth: 0 };

/** A plan that knows nothing of its sequences. */
const unlearned = (planning: Planning): Plan => ({ start: () => planning });

/** No speculation: one token a pass. */
export const plain = (): Plan => unlearned({ budget: () => NOTHING, trim: () => EMPTY, observe: () => {} });

/**
 * Always `length` guesses in a row, `width` times as many in a tree: reproducible under every verifier, on every machine.
 *
 * @example
 * const plan = fixedLength(8);
 */
export const fixedLength = (length: number, width = 1): Plan =>
  unlearned({
    budget: () => ({ nodes: length * width, depth: length }),
    trim: (draft) => draft,
    observe: () => {},
  });
