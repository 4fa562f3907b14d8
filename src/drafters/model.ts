import type { Distribution } from "../core/distribution.js";
import { usage } from "../core/errors.js";
import { chain, EMPTY } from "../core/tree.js";
import type { Drafter, Model, Token } from "../core/types.js";
import { roomIn } from "./bounds.js";
import { fullRow, sureness } from "./rows.js";

export interface ModelDrafterOptions {
  /**
   * Stops once the product of its likeliest tokens' chances (at temperature 0: those at temperature 1) falls below this, or below what the plan finds worth a row: each
   * guess costs a pass of the small model. The stop comes before a draw, and never before the first.
   */
  readonly minConfidence?: number;
}

/**
 * A small model of the same tokens drafts one token a pass of its own (Leviathan et al. 2023). Its vocabulary may be a
 * smaller one, the first tokens of the target's; nothing is proposed once the output holds a token that it lacks, or once
 * the sequence is longer than its context.
 *
 * @throws a usage error at the start when the small model has more tokens than the target
 *
 * @example
 * const drafter = model(await languageModel(session, shape), { minConfidence: 0.3 });
 */
export const model = (small: Model, { minConfidence = 0.2 }: ModelDrafterOptions = {}): Drafter => ({
  name: "model",
  async start({ model: target, signal }) {
    if (small.vocabularySize > target.vocabularySize)
      throw usage(
        `the small model of the drafter "model" has ${small.vocabularySize} tokens, the target ${target.vocabularySize}: it must be a model of the target's tokens`,
      );
    const session = await small.open();
    const cached: Token[] = [];

    /** The small model's row behind `tokens`; what its cache shares with them stays, the last one is always passed anew. */
    async function rowBehind(tokens: readonly Token[]): Promise<Float32Array> {
      let common = 0;
      while (common < Math.min(cached.length, tokens.length - 1) && cached[common] === tokens[common])
        common++;
      session.rewind(common);
      cached.length = common;
      const pending = tokens.slice(common);
      const [scores] = await small.pass([{ session, tokens: pending }], { signal });
      cached.push(...pending);
      return fullRow(scores.row(-1), target.vocabularySize);
    }
    const knows = (token: Token) => token < small.vocabularySize;

    return {
      async propose({ prompt, output, budget, distribution, draw }) {
        const sequence = [...prompt, ...output];
        const room = roomIn(budget, small.contextLength - sequence.length + 1);
        // A prompt's tokens may have numbers of their own, and both models read the same prompt.
        if (room === 0 || !output.every(knows)) return EMPTY;
        const tokens: Token[] = [];
        const drawnFrom: Distribution[] = [];
        const confidence: number[] = [];
        for (let reach = 1; tokens.length < room; ) {
          const row = await rowBehind(sequence);
          const q = distribution(row, tokens);
          const top = sureness(q, row);
          reach *= top;
          // Known before the draw here, and what was drawn before it stays: no draw is hidden for its value.
          if (reach < Math.max(minConfidence, budget.worth ?? 0) && tokens.length > 0) break;
          const token = draw(q, tokens.length);
          tokens.push(token);
          drawnFrom.push(q);
          confidence.push(top);
          sequence.push(token);
          if (!knows(token)) break;
        }
        return chain(tokens, { drawnFrom, confidence });
      },
      close: () => session[Symbol.asyncDispose](),
    };
  },
});
