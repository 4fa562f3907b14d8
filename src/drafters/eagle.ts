import { certain, type Distribution, likeliest } from "../core/distribution.js";
import { chain, EMPTY } from "../core/tree.js";
import type { DraftContext, Drafter, Token } from "../core/types.js";
import { roomIn } from "./bounds.js";
import { FEATURES, type FeatureHead, type FeatureOptions, featureReader } from "./feature-head.js";
import { ensemble, type PredictiveDrafter, type States } from "./predict.js";
import { sparseRow } from "./rows.js";
import { createTrust, RANGES, rangeOf } from "./trust.js";

export interface EagleOptions extends FeatureOptions {
  /**
   * Predictors that cost next to nothing: where they are sure the head is not asked, and elsewhere the surer of both guesses,
   * token by token.
   */
  readonly beside?: PredictiveDrafter;
}

/** What may be guessed next, before it is drawn. */
interface Guess {
  readonly from: Distribution;
  readonly chance: number;
  readonly kind: number;
}

/** Where predictors are as sure as this the head is not asked. */
const SURE = 0.5;
/** Guesses that are reached less often than this are not worth looking at. */
const LEAST = 0.02;

/** Kinds of guesses, each by ranges of the chance that it is given: how often they stand is learned in every sequence. */
const UNASKED = 0;
const AGREED = RANGES;
const ALONE = 2 * RANGES;
const AGAINST = 3 * RANGES;
const KINDS = [
  ...byRange((chance) => chance ** 2),
  ...byRange((chance) => 0.44 + 0.54 * chance),
  ...byRange((chance) => chance),
  ...byRange((chance) => 0.35 * chance),
];

function byRange(of: (chance: number) => number): number[] {
  return Array.from({ length: RANGES }, (_, range) => of((range + 0.5) / RANGES));
}

/**
 * A feature head (EAGLE-3, Li et al. 2025): a small network that sees what the target made of each committed token, in some of
 * its layers, and the token that came next. It guesses token by token; behind the first guess its own state stands for
 * the features that are not there yet. Its guesses are drawn, from its few likeliest tokens.
 *
 * How often guesses stood that it gave such a chance, and that predictors beside it agreed with or not, says how
 * likely each guess is, in this sequence.
 *
 * @example
 * eagle(head, { features: "features", beside: suffix() });
 */
export const eagle = (head: FeatureHead, { beside, ...options }: EagleOptions = {}): Drafter => ({
  name: "eagle",
  taps: [options.features ?? FEATURES],
  async start(setup) {
    const { vocabularySize } = setup.model;
    const reader = featureReader(head, setup, options);
    const others = ensemble((await beside?.predictors(setup)) ?? []);
    const trust = createTrust(KINDS);

    const isToken = (token: Token) => token >= 0 && token < vocabularySize;

    /** The surer guess of the head and the others behind a path. */
    async function next(
      states: States,
      path: readonly Token[],
      isAsked: boolean,
      context: DraftContext,
    ): Promise<Guess | undefined> {
      const guess = (from: Distribution, kind: number, chance: number): Guess => {
        const own = kind + rangeOf(chance);
        return { from, kind: own, chance: trust.of(own) };
      };
      const theirs = others.likely(states, 1).find(({ token }) => isToken(token));
      const unasked = theirs && guess(certain(theirs.token), UNASKED, theirs.chance);
      const found =
        isAsked && !(theirs && theirs.chance >= SURE) ? (await reader.said(path))[path.length] : undefined;
      if (!found?.tokens.some(isToken)) return unasked;
      const row = sparseRow(found.tokens, found.logits, vocabularySize);
      const from = context.distribution(row, path);
      const best = likeliest(from);
      const chance = Math.exp(row[best]);
      // Rules may leave none of its tokens.
      if (chance === 0) return unasked;
      if (theirs?.token === best) return guess(from, AGREED, chance);
      const alone = guess(from, ALONE, chance);
      const against = theirs && guess(certain(theirs.token), AGAINST, theirs.chance);
      return against && against.chance > alone.chance ? against : alone;
    }

    return {
      async propose(context) {
        const { output, budget } = context;
        const room = roomIn(budget);
        if (room === 0) return EMPTY;
        const least = Math.max(LEAST, budget.worth ?? 0);
        const isAsked = reader.isAt(output);
        const guesses: Guess[] = [];
        const tokens: Token[] = [];
        let states = others.behind(output);
        for (let reach = 1; tokens.length < room; ) {
          const guess = await next(states, tokens, isAsked, context);
          reach *= guess?.chance ?? 0;
          if (!guess || (tokens.length > 0 && reach < least)) break;
          const token = context.draw(guess.from, tokens.length);
          guesses.push(guess);
          tokens.push(token);
          states = others.step(states, token);
        }
        trust.expect(
          output.length,
          tokens,
          guesses.map(({ kind }) => kind),
        );
        return chain(tokens, {
          drawnFrom: guesses.map(({ from }) => from),
          confidence: guesses.map(({ chance }) => chance),
        });
      },
      observe(round) {
        others.observe(round);
        trust.observe(round);
        reader.observe(round);
      },
      close: others.close,
    };
  },
});
