import { EMPTY } from "../core/tree.js";
import type { Drafter } from "../core/types.js";

/** Never guesses: plain decoding through the same loop. */
export const none = (): Drafter => ({
  name: "none",
  start: async () => ({ propose: () => EMPTY }),
});
