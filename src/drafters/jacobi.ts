import type { Distribution } from "../core/distribution.js";
import { chain } from "../core/tree.js";
import type { Drafter, Token } from "../core/types.js";

export interface JacobiOptions {
  /** Most guesses in the window. */
  readonly window?: number;
  /** Proposes what comes new into the window; without it the last token is repeated. */
  readonly filler?: Drafter;
}

/**
 * Jacobi decoding (Song et al. 2021; speculative Jacobi, Teng et al. 2025): each pass redraws all guesses behind the last
 * one that stood, from the target's own distributions with the positions' own noise, until they no longer change.
 */
export const jacobi = ({ window = 8, filler }: JacobiOptions = {}): Drafter => ({
  name: "jacobi",
  taps: filler?.taps,
  async start(setup) {
    const filling = await filler?.start(setup);
    let guesses: { token: Token; from: Distribution }[] = [];
    return {
      async propose(context) {
        const { output, prompt, budget } = context;
        const depth = Math.min(window, budget.depth);
        const tokens = guesses.slice(0, depth).map(({ token }) => token);
        const drawnFrom: (Distribution | undefined)[] = guesses.slice(0, depth).map(({ from }) => from);
        if (tokens.length < depth && filling) {
          const room = { ...budget, nodes: depth - tokens.length, depth: depth - tokens.length };
          const more = await filling.propose({ ...context, output: [...output, ...tokens], budget: room });
          tokens.push(...more.tokens);
          drawnFrom.push(...(more.drawnFrom ?? more.tokens.map(() => undefined)));
        }
        const last = tokens.at(-1) ?? output.at(-1) ?? prompt[prompt.length - 1];
        // A prompt may end in a token that no output has.
        while (tokens.length < depth && !filling && last < setup.model.vocabularySize) tokens.push(last);
        return chain(tokens, { drawnFrom: tokens.map((_, i) => drawnFrom[i]) });
      },
      observe(round) {
        filling?.observe?.(round);
        guesses = [];
        // Position d was scored behind node d - 1, whose own guess may have been wrong: good enough for a guess.
        for (let depth = round.verdict.path.length + 1; depth <= round.draft.tokens.length; depth++) {
          const from = round.target(depth - 1);
          guesses.push({ token: round.draw(from, depth), from });
        }
      },
      close: () => filling?.close?.(),
    };
  },
});
