import type { Budget, DraftContext, Token } from "./types.js";

/**
 * What a drafter sees behind some drafted tokens, as if they were committed: the output is a new array that ends with them,
 * and draws, distributions and forced tokens are those of the positions behind them. Whoever asks one drafter for what comes
 * after the guesses of another passes this on: draws would use other positions' noise otherwise.
 *
 * @param tokens drafted tokens; where there are none, `output` is the same array as before
 * @param budget room for the guesses behind them; left out: the context's own
 *
 * @example
 * const first = await one.propose(context);
 * const more = await other.propose(behind(context, first.tokens, { nodes: 4, depth: 4 }));
 */
export function behind(
  context: DraftContext,
  tokens: readonly Token[],
  budget: Budget = context.budget,
): DraftContext {
  const before = tokens.slice();
  return {
    prompt: context.prompt,
    output: before.length ? [...context.output, ...before] : context.output,
    budget,
    distribution: (logits, path = []) => context.distribution(logits, [...before, ...path]),
    draw: (distribution, depth) => context.draw(distribution, before.length + depth),
    forced: (path = []) => context.forced([...before, ...path]),
  };
}
