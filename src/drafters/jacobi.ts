import type { Distribution } from "../core/distribution.js";
import { chain, EMPTY } from "../core/tree.js";
import type { Draft, Drafter, Token } from "../core/types.js";

export interface JacobiOptions {
  /** Most guesses in the window. */
  readonly window?: number;
  /** Proposes what comes new into the window; without it the last token is repeated. */
  readonly filler?: Drafter;
  /** From this confidence on the filler's guess takes the place of a redrawn one; left out: never. */
  readonly trust?: number;
}

/** A token, and the distribution it was drawn from, if from any. */
interface Guess {
  readonly token: Token;
  readonly from?: Distribution;
}

/**
 * Jacobi decoding (Song et al. 2021; speculative Jacobi, Teng et al. 2025): each pass redraws all guesses behind the last
 * one that stood, from the target's own distributions with the positions' own noise, until they no longer change.
 */
export const jacobi = ({ window = 8, filler, trust }: JacobiOptions = {}): Drafter => ({
  name: "jacobi",
  taps: filler?.taps,
  async start(setup) {
    const filling = await filler?.start(setup);
    let guesses: Guess[] = [];
    return {
      async propose(context) {
        const { output, prompt, budget } = context;
        const depth = Math.min(window, budget.depth);
        const fill = async (behind: readonly Guess[], count: number): Promise<Draft> => {
          const room = { ...budget, nodes: count, depth: count };
          const before = [...output, ...behind.map(({ token }) => token)];
          return count > 0 && filling
            ? await filling.propose({ ...context, output: before, budget: room })
            : EMPTY;
        };
        const draft = guesses.slice(0, depth);
        if (trust !== undefined && draft.length > 0) {
          // What the filler thinks of them knows the last token that stands; they were drawn before it did.
          const { tokens, confidence = [] } = await fill([], draft.length);
          tokens.forEach((token, i) => {
            if (confidence[i] >= trust) draft[i] = { token };
          });
        }
        const more = await fill(draft, depth - draft.length);
        draft.push(...more.tokens.map((token, i) => ({ token, from: more.drawnFrom?.[i] })));
        const last = draft.at(-1)?.token ?? output.at(-1) ?? prompt[prompt.length - 1];
        // A prompt may end in a token that no output has.
        while (draft.length < depth && !filling && last < setup.model.vocabularySize)
          draft.push({ token: last });
        return chain(
          draft.map(({ token }) => token),
          { drawnFrom: draft.map(({ from }) => from) },
        );
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
