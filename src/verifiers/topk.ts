import type { Verifier } from "../core/types.js";
import { relaxed } from "./relaxed.js";

/** A guess stands where it is among the target's k likeliest tokens (Llasa+, Tian et al. 2025). */
export const topk = ({ k }: { readonly k: number }): Verifier =>
  relaxed({
    name: "topk",
    bound: `a guess that plain decoding would not have drawn is among the target's ${k} likeliest tokens`,
    chanceOf({ guess, p }) {
      const index = p.tokens.indexOf(guess);
      if (index < 0) return 0;
      const heavier = p.weights.reduce((count, weight) => count + (weight > p.weights[index] ? 1 : 0), 0);
      return heavier < k ? 1 : 0;
    },
  });
