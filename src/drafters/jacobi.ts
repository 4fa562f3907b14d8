import { behind } from "../core/behind.js";
import { chain, children, firstPath, isChain } from "../core/tree.js";
import type { DraftContext, Drafter, Encoded, Round, Token } from "../core/types.js";
import { roomIn } from "./bounds.js";
import { type Redrawn, redraw } from "./redraw.js";

export interface JacobiOptions<E extends Encoded = Encoded> {
  /** Most guesses in the window. */
  readonly window?: number;
  /** Proposes what comes new into the window; without it the last token is repeated. */
  readonly filler?: Drafter<E>;
  /**
   * From this confidence on the filler's guess takes the place of a redrawn one; left out: never. Decided by the confidence
   * alone, which does not depend on what was drawn in that place, so that nothing is left out for its value.
   */
  readonly trust?: number;
}

/** A token, and the distribution it was drawn from, if from any. */
interface Guess extends Partial<Redrawn> {
  readonly token: Token;
  /** The filler's. */
  readonly confidence?: number;
}

/**
 * Jacobi decoding (Song et al. 2021; speculative Jacobi, Teng et al. 2025): each pass redraws all guesses behind the last
 * one that stood, from the target's own distributions with the positions' own noise, until they no longer change.
 *
 * A redrawn guess says that it comes from the distribution it was redrawn from: the target's behind the guesses of the
 * round before. They may have been wrong, but the draw was a fresh one, made after all that decided them, and whatever
 * becomes of it is decided without a look at it; so rejection sampling stays exact.
 *
 * @example
 * jacobi({ window: 32, filler: copy({ blank: 0 }) });
 */
export const jacobi = <E extends Encoded = Encoded>({
  window = 8,
  filler,
  trust,
}: JacobiOptions<E> = {}): Drafter<E> => ({
  name: "jacobi",
  taps: filler?.taps,
  async start(setup) {
    const filling = await filler?.start({ ...setup, shape: "chain" });
    /** Redrawn guesses, and the place in the output of the first of them. */
    let redrawn: readonly Guess[] = [];
    let first = 0;

    /** Up to `count` guesses of the filler behind some others. */
    async function fill(context: DraftContext, guesses: readonly Guess[], count: number): Promise<Guess[]> {
      if (!filling || count === 0) return [];
      const tokens = guesses.map(({ token }) => token);
      const room = { ...context.budget, nodes: count, depth: count };
      const draft = firstPath(await filling.propose(behind(context, tokens, room)));
      return draft.tokens
        .slice(0, count)
        .map((token, i) => ({ token, from: draft.drawnFrom?.[i], confidence: draft.confidence?.[i] }));
    }

    return {
      async propose(context) {
        const { output, prompt, budget } = context;
        const room = roomIn(budget, window);
        const known = output.length - first;
        const draft = known < 0 ? [] : redrawn.slice(known, known + room);
        if (trust !== undefined) {
          // What the filler thinks of them knows the last token that stands; they were drawn before it did.
          for (const [i, guess] of (await fill(context, [], draft.length)).entries())
            if (guess.confidence !== undefined && guess.confidence >= trust) draft[i] = guess;
        }
        draft.push(...(await fill(context, draft, room - draft.length)));
        const last = draft.at(-1)?.token ?? output.at(-1) ?? prompt[prompt.length - 1];
        // A prompt may end in a token that no output has.
        while (draft.length < room && !filling && last < setup.model.vocabularySize)
          draft.push({ token: last });
        return chain(
          draft.map(({ token }) => token),
          { drawnFrom: draft.map(({ from }) => from) },
        );
      },
      observe(round) {
        filling?.observe?.(round);
        first = round.start + round.tokens.length;
        redrawn = redraw(round, fallen(round));
      },
      close: () => filling?.close?.(),
    };
  },
});

/** The first children of what stands, and of one another. */
function fallen({ draft, verdict: { path } }: Round): number[] {
  const straight = isChain(draft);
  const first = (parent: number) => {
    if (!straight) return children(draft, parent)[0];
    return parent + 1 < draft.tokens.length ? parent + 1 : undefined;
  };
  const nodes: number[] = [];
  for (let node = first(path.at(-1) ?? -1); node !== undefined; node = first(node)) nodes.push(node);
  return nodes;
}
