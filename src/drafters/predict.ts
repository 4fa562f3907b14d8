import { closeAll, openAll } from "../core/close.js";
import type { Drafter, DraftSetup, Encoded, Round, Token } from "../core/types.js";
import { grow, type Successor } from "./grow.js";

/** What may come next. */
export interface Prediction {
  readonly token: Token;
  /** How likely that is, as far as the predictor knows. */
  readonly share: number;
  /** Which kind of prediction it is: how far a kind can be trusted is learned (see `Predictor.kinds`). */
  readonly kind: number;
}

/**
 * Says for the end of a sequence, and for guesses behind it, which tokens may come next. It is told every token that is
 * committed, whoever guessed it, so that predictors can be combined and compared token by token.
 */
export interface Predictor<State = unknown> {
  /**
   * By kind of prediction: the chance that one stands, by its share, as it is known beforehand. A share of .5 of a kind of .8
   * is a chance of .4.
   */
  readonly kinds: readonly number[];
  /** The end of what is committed. */
  end(): State;
  /** Where a token leads from there. Changes nothing. */
  step(state: State, token: Token): State;
  /** `most`: predictions that can be used. */
  predict(state: State, most: number): readonly Prediction[];
  /** A token is committed: states of before hold no more. */
  push(token: Token): void;
  /** Behind the last token of a round. */
  observe?(round: Round): void;
  close?(): void;
}

/** A drafter that is made of predictors. */
export interface PredictiveDrafter<E extends Encoded = Encoded> extends Drafter<E> {
  predictors: OpenPredictors<E>;
}

/** For one sequence. */
export type OpenPredictors<E extends Encoded = Encoded> = (
  setup: DraftSetup<E>,
) => readonly Predictor[] | Promise<readonly Predictor[]>;

/** Where a guess led from: it is only looked up where the guess is taken. */
interface Place {
  readonly states: States;
  readonly token?: Token;
}

/** Successors of a guess that a tree may have. */
const WIDTH = 8;
/** Tokens that what is known beforehand of a kind is worth. */
const PRIOR = 4;

/**
 * A drafter that goes, from the last token on, to whatever its predictors think likeliest: for each guess anew, so that one
 * can go on where another has nothing to say. None of it is drawn. Every committed token judges what each of them
 * would have said in its place; that is how their shares become comparable, in this sequence.
 */
export function predictive<E extends Encoded = Encoded>(
  name: string,
  predictors: OpenPredictors<E>,
): PredictiveDrafter<E> {
  return {
    name,
    predictors,
    async start(setup) {
      const { shape, model } = setup;
      const all = ensemble(await predictors(setup));
      const most = shape === "tree" ? WIDTH : 1;

      function successors({ states: before, token: last }: Place): Successor<Place>[] {
        const states = last === undefined ? before : all.step(before, last);
        return all
          .likely(states, most)
          .map(({ token, chance }) => ({ token, confidence: chance, state: { states, token } }));
      }

      return {
        propose({ budget, output }) {
          const start = { states: all.behind(output) };
          return grow({ budget, shape, vocabularySize: model.vocabularySize, start, successors });
        },
        observe: all.observe,
        close: all.close,
      };
    },
  };
}

/** Where each of several predictors is. */
export type States = readonly unknown[];

/** A token, and the chance that it comes next. */
export interface Likely {
  readonly token: Token;
  readonly chance: number;
}

/** Several predictors at work on one sequence. */
export interface Ensemble {
  /** At the end of the output, which may hold guesses of others: these are followed, and not learned. */
  behind(output: readonly Token[]): States;
  step(states: States, token: Token): States;
  /** What any of them says, the likeliest first; the same token once. */
  likely(states: States, most: number): readonly Likely[];
  observe(round: Round): void;
  close(): PromiseLike<void>;
}

export function ensemble(predictors: readonly Predictor[]): Ensemble {
  const parts = predictors.map(judged);
  let committed = 0;
  const step = (states: States, token: Token) => parts.map((part, i) => part.step(states[i], token));
  return {
    behind: (output) =>
      output.slice(committed).reduce<States>(
        step,
        parts.map((part) => part.end()),
      ),
    step,
    likely(states, most) {
      const best = new Map<Token, number>();
      parts.forEach((part, i) => {
        for (const { token, chance } of part.likely(states[i], most))
          if (chance > (best.get(token) ?? 0)) best.set(token, chance);
      });
      return Array.from(best, ([token, chance]) => ({ token, chance }))
        .sort((a, b) => b.chance - a.chance)
        .slice(0, most);
    },
    observe(round) {
      committed = round.start + round.tokens.length;
      for (const part of parts) part.observe(round);
    },
    close: () => closeAll(parts.map((part) => () => part.close())),
  };
}

/**
 * Several drafters of predictions as one: the surest of all guesses is taken, token by token.
 *
 * @example
 * mixture(suffix(), ngrams(table), recycling());
 */
export const mixture = <E extends Encoded>(...drafters: PredictiveDrafter<E>[]): PredictiveDrafter<E> =>
  predictive(`mixture(${drafters.map(({ name }) => name).join(", ")})`, async (setup) => {
    const opened = await openAll(
      drafters.map((drafter) => () => drafter.predictors(setup)),
      (predictors) => closeAll(predictors.map((one) => () => one.close?.())),
    );
    return opened.flat();
  });

/** A predictor whose shares are weighed by how often its kinds of predictions stood. */
function judged(predictor: Predictor) {
  const stood = Float64Array.from(predictor.kinds, (chance) => PRIOR * chance);
  const shares = new Float64Array(predictor.kinds.length).fill(PRIOR);
  return {
    end: () => predictor.end(),
    step: (state: unknown, token: Token) => predictor.step(state, token),
    likely: (state: unknown, most: number) =>
      predictor.predict(state, most).map(({ token, share, kind }) => ({
        token,
        chance: Math.min(1, (share * stood[kind]) / shares[kind]),
      })),
    observe(round: Round) {
      for (const token of round.tokens) {
        for (const { token: said, share, kind } of predictor.predict(predictor.end(), 1)) {
          shares[kind] += share;
          if (said === token) stood[kind]++;
        }
        predictor.push(token);
      }
      predictor.observe?.(round);
    },
    close: () => predictor.close?.(),
  };
}
