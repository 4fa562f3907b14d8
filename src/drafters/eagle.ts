import { chain, EMPTY } from "../core/tree.js";
import type { Drafter, Round, Token } from "../core/types.js";
import { roomIn } from "./bounds.js";
import { ensemble, type Likely, type PredictiveDrafter, type States } from "./predict.js";
import { createTrust, RANGES, rangeOf } from "./trust.js";

/** A small network over the target's features, with a memory of what it has read. */
export interface FeatureHead {
  open(): FeatureHeadSession;
}

export interface FeatureHeadSession {
  /** How many more rows it can read. */
  room(): number;
  /**
   * Reads rows, each a token and the target's features of the one before it; gives some guesses in a row of what comes behind
   * the last one, each the likeliest behind the guess before it.
   */
  read(tokens: readonly Token[], features: readonly Float32Array[]): Promise<readonly Likely[]>;
}

export interface EagleOptions {
  /** Name of the target's output with the features of every row. */
  readonly features?: string;
  /** Most tokens of a prompt whose features are read, the last ones: what came before costs more than it helps. */
  readonly lead?: number;
  /**
   * Predictors that cost next to nothing: where they are sure the head is not asked, and where they agree with it its guesses are
   * thought likelier.
   */
  readonly beside?: PredictiveDrafter;
}

/** A row that the head has not read yet. */
interface Row {
  readonly token: Token;
  readonly features: Float32Array;
}

/** Where predictors are as sure as this the head is not asked. */
const SURE = 0.7;
/** Guesses that are reached less often than this are not worth looking at. */
const LEAST = 0.02;
const byRange = (of: (chance: number) => number) =>
  Array.from({ length: RANGES }, (_, range) => of((range + 0.5) / RANGES));

/**
 * A feature head (EAGLE-3, Li et al. 2025): a small network that sees what the target made of each committed token, in some of
 * its layers, and the token that came next. It guesses some tokens in a row; behind the first one its own state stands for
 * the features that are not there yet. Its guesses are its likeliest tokens, none is drawn.
 *
 * How often guesses stood that it gave such a chance, and that predictors beside it agreed with or not, says how
 * likely each guess is, in this sequence.
 *
 * @example
 * eagle(head, { features: "features", beside: suffix() });
 */
export const eagle = (
  head: FeatureHead,
  { features: tap = "features", lead = 256, beside }: EagleOptions = {},
): Drafter => ({
  name: "eagle",
  taps: [tap],
  async start(setup) {
    const { encoded, model } = setup;
    const { tokens: prompt } = encoded;
    const session = head.open();
    const others = ensemble((await beside?.predictors(setup)) ?? []);
    /** Of the head's guesses: those that the others did not make, then those that they made as well. */
    const own = createTrust([
      ...byRange((chance) => 0.75 * chance),
      ...byRange((chance) => 0.5 + 0.5 * chance),
    ]);
    let waiting: Row[] = [];
    /** What the head guesses behind the last committed token, once it has read all of them. */
    let latest: readonly Likely[] = [];
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

    async function guesses(): Promise<readonly Likely[]> {
      if (waiting.length > 0) {
        const rows = waiting;
        waiting = [];
        latest = [];
        if (rows.length <= session.room())
          latest = await session.read(
            rows.map(({ token }) => token),
            rows.map(({ features }) => features),
          );
      }
      return latest;
    }

    const inside = ({ token }: Likely) => token >= 0 && token < model.vocabularySize;
    /** The head's guesses, with the chances that they are given here, and their kinds. */
    function weighed(found: readonly Likely[], start: States) {
      let states = start;
      const kinds: number[] = [];
      const list = found.map(({ token, chance }) => {
        const agree = others.likely(states, 1)[0]?.token === token;
        const kind = rangeOf(chance) + (agree ? RANGES : 0);
        kinds.push(kind);
        states = others.step(states, token);
        return { token, chance: own.of(kind) };
      });
      return { list, kinds };
    }

    /** What the others say in a row, as far as it is worth it; one guess at least. */
    function theirs(start: States, room: number, least: number): Likely[] {
      const list: Likely[] = [];
      for (let [states, reach] = [start, 1]; list.length < room; ) {
        const next = others.likely(states, 1).find(inside);
        reach *= next?.chance ?? 0;
        if (!next || (list.length > 0 && reach < least)) break;
        list.push(next);
        states = others.step(states, next.token);
      }
      return list;
    }

    return {
      async propose({ output, budget }) {
        const room = roomIn(budget);
        if (room === 0) return EMPTY;
        const least = Math.max(LEAST, budget.worth ?? 0);
        const states = others.behind(output);
        const [first] = others.likely(states, 1);
        // Behind guesses of others there are no features.
        const isAsked = output.length === committed && !(first && first.chance >= SURE);
        const found = isAsked ? await guesses() : [];
        const foreign = found.findIndex((one) => !inside(one));
        const { list, kinds } = weighed(foreign < 0 ? found : found.slice(0, foreign), states);
        own.expect(
          output.length,
          list.map(({ token }) => token),
          kinds,
        );
        const best = list.length > 0 ? worthwhile(list, room, least) : theirs(states, room, least);
        return chain(
          best.map(({ token }) => token),
          { confidence: best.map(({ chance }) => chance) },
        );
      },
      observe(round) {
        others.observe(round);
        own.observe(round);
        waiting.push(...rowsOf(round));
        committed = round.start + round.tokens.length;
        latest = [];
      },
      close: others.close,
    };
  },
});

/** Guesses up to the first that is hardly reached; one at least. */
function worthwhile(guesses: readonly Likely[], room: number, least: number): readonly Likely[] {
  let reach = 1;
  const end = guesses.findIndex(({ chance }, i) => {
    reach *= chance;
    return i > 0 && reach < least;
  });
  return guesses.slice(0, Math.min(room, end < 0 ? guesses.length : end));
}
