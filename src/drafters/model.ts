import { type Distribution, likeliest, probability } from "../core/distribution.js";
import { chain } from "../core/tree.js";
import type { Drafter, Model, Token } from "../core/types.js";

export interface ModelDrafterOptions {
  /**
   * Stops once the product of its distributions' maxima falls below this, or below what the plan finds worth a row: each
   * guess costs a pass of the small model.
   */
  readonly minConfidence?: number;
}

/** A small model of the same tokens drafts one token a pass of its own (Leviathan et al. 2023). */
export const model = (small: Model, { minConfidence = 0.2 }: ModelDrafterOptions = {}): Drafter => ({
  name: "model",
  async start({ signal }) {
    const session = await small.open();
    let cached: Token[] = [];
    return {
      async propose({ prompt, output, budget, distribution, draw }) {
        const committed = [...prompt, ...output];
        // What the cache shares with the sequence stays; the last token is always passed anew, for its row.
        let common = 0;
        while (common < Math.min(cached.length, committed.length - 1) && cached[common] === committed[common])
          common++;
        session.rewind(common);
        cached = committed.slice();

        const tokens: Token[] = [];
        const drawnFrom: Distribution[] = [];
        const confidence: number[] = [];
        let pending: readonly Token[] = committed.slice(common);
        for (let reach = 1; tokens.length < budget.depth; ) {
          const [scores] = await small.pass([{ session, tokens: pending }], { signal });
          const q = distribution(scores.row(-1), tokens);
          confidence.push(probability(q, likeliest(q)));
          reach *= confidence[confidence.length - 1];
          if (reach < Math.max(minConfidence, budget.worth ?? 0) && tokens.length > 0) break;
          const token = draw(q, tokens.length);
          tokens.push(token);
          drawnFrom.push(q);
          if (cached.length >= small.contextLength || tokens.length >= budget.depth) break;
          cached.push(token);
          pending = [token];
        }
        return chain(tokens, { drawnFrom, confidence: confidence.slice(0, tokens.length) });
      },
      close: () => session[Symbol.asyncDispose](),
    };
  },
});
