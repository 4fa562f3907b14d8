import type { Token, Verifier } from "../core/types.js";
import { relaxed } from "./relaxed.js";

/**
 * Groups of tokens (grouped speculative decoding, So et al. 2025; principled coarse-graining, Yanuka et al. 2025): a guess
 * stands where it and plain decoding's draw belong to one group. Groups do not overlap.
 */
export const group = ({ groupOf }: { readonly groupOf: (token: Token) => number }): Verifier =>
  relaxed({
    name: "group",
    shape: "tree",
    guarantee: {
      bound:
        "groups follow the target's distribution exactly; which token of its group stands may be the drafter's choice",
      exactOver: groupOf,
    },
    chanceOf: ({ guess, pick }) => (groupOf(guess) === groupOf(pick) ? 1 : 0),
  });
