import { certain, type Distribution, likeliest } from "../core/distribution.js";
import { chain, EMPTY } from "../core/tree.js";
import type { DraftContext, Drafter, Round, Token } from "../core/types.js";
import { roomIn } from "./bounds.js";
import { ensemble, type PredictiveDrafter, type States } from "./predict.js";
import { sparseRow } from "./rows.js";
import { createTrust, RANGES, rangeOf } from "./trust.js";

/** A small network over the target's features, with a memory of what it has read. */
export interface FeatureHead {
  open(): FeatureHeadSession;
}

/** The likeliest tokens behind the last row, the best first, and the logarithms of their chances. */
export interface HeadScores {
  readonly tokens: readonly Token[];
  readonly logits: ArrayLike<number>;
}

export interface FeatureHeadSession {
  /** How many more rows it can read. */
  room(): number;
  /**
   * Reads rows, each a committed token and the target's features of the one before it. What it says of the next place, and if it
   * can without knowing what is guessed there, of the places behind that.
   */
  read(tokens: readonly Token[], features: readonly Float32Array[]): Promise<readonly HeadScores[]>;
  /**
   * Reads a guess behind the last row, or behind the guess before it: its own state takes the place of features. Left out where
   * `read` says all.
   */
  step?(token: Token): Promise<HeadScores>;
}

export interface EagleOptions {
  /** Name of the target's output with the features of every row. */
  readonly features?: string;
  /** Most tokens of a prompt whose features are read, the last ones: what came before costs more than it helps. */
  readonly lead?: number;
  /**
   * Predictors that cost next to nothing: where they are sure the head is not asked, and elsewhere the surer of both guesses,
   * token by token.
   */
  readonly beside?: PredictiveDrafter;
}

/** A row that the head has not read yet. */
interface Row {
  readonly token: Token;
  readonly features: Float32Array;
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
/** Guesses of others behind which the head still is asked: it has to read each of them first. */
const PATIENCE = 2;

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
export const eagle = (
  head: FeatureHead,
  { features: tap = "features", lead = 128, beside }: EagleOptions = {},
): Drafter => ({
  name: "eagle",
  taps: [tap],
  async start(setup) {
    const { encoded, model } = setup;
    const { tokens: prompt } = encoded;
    const { vocabularySize } = model;
    const session = head.open();
    const others = ensemble((await beside?.predictors(setup)) ?? []);
    const trust = createTrust(KINDS);
    let waiting: Row[] = [];
    /** What the head says of the places behind the last committed token; the guesses there that it has read. */
    let said: readonly HeadScores[] = [];
    let read: readonly Token[] = [];
    let committed = 0;

    /** The committed rows of a round: the features of a token beside the token that came next. */
    function rowsOf({ start, tokens, verdict: { path }, hidden }: Round): Row[] {
      const rows: Row[] = [];
      // Node -1 is the last token that the pass was given; before it, in the first round, there are those of the prompt.
      for (let i = Math.min(lead, prompt.length) - 1; start === 0 && i > 0; i--) {
        const features = hidden(-1 - i, tap);
        if (features) rows.push({ token: prompt[prompt.length - i], features });
      }
      for (const [i, token] of tokens.entries()) {
        const features = hidden(i === 0 ? -1 : path[i - 1], tap);
        if (features) rows.push({ token, features });
      }
      return rows;
    }

    /** What the head says behind some guesses; undefined where it cannot, or where it has too much to read. */
    async function scores(path: readonly Token[]): Promise<HeadScores | undefined> {
      if (waiting.length > 0 && waiting.length + path.length <= session.room()) {
        const rows = waiting;
        waiting = [];
        read = [];
        said = await session.read(
          rows.map(({ token }) => token),
          rows.map(({ features }) => features),
        );
      }
      const missing = path.slice(Math.max(0, said.length - 1));
      const isOther = read.some((token, i) => i < path.length && token !== path[i]);
      if (waiting.length > 0 || isOther || missing.length > PATIENCE || path.length > session.room())
        return undefined;
      for (const token of missing) {
        if (said.length === 0 || !session.step) return undefined;
        said = [...said, await session.step(token)];
        read = [...read, token];
      }
      return said[path.length];
    }

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
      const found = isAsked && !(theirs && theirs.chance >= SURE) ? await scores(path) : undefined;
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
        // Behind guesses of others there are no features.
        const isAsked = output.length === committed;
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
        // A head that is full reads no more.
        if (waiting.length <= session.room()) waiting.push(...rowsOf(round));
        committed = round.start + round.tokens.length;
        said = [];
        read = [];
      },
      close: others.close,
    };
  },
});
