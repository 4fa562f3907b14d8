import type { Distribution } from "../core/distribution.js";
import { chain, EMPTY } from "../core/tree.js";
import type { Drafter, Round, Token } from "../core/types.js";
import { roomIn } from "./bounds.js";
import { MIN_CONFIDENCE } from "./model.js";
import { sureness } from "./rows.js";

/** What a feature head makes of a row: the logits of the token after it, and a state to go on from. */
export interface FeatureRow {
  /** In the order of `FeatureHead.words`. */
  readonly logits: Float32Array;
  readonly state: Float32Array;
}

/** A small network over the target's features, with a memory of what it has read. */
export interface FeatureHead {
  /** The tokens that it can guess. */
  readonly words: ArrayLike<Token>;
  open(): FeatureHeadSession;
}

export interface FeatureHeadSession {
  /** Rows in the memory. */
  readonly length: number;
  /**
   * Reads rows, each a token and the target's features of the one before it; gives the last one.
   *
   * @param place of the first feature in the sequence
   */
  read(tokens: readonly Token[], features: readonly Float32Array[], place: number): Promise<FeatureRow>;
  /** Reads a guess behind a row's state. */
  guess(token: Token, state: Float32Array, place: number): Promise<FeatureRow>;
  /** Forgets all but the first rows. */
  rewind(length: number): void;
}

export interface EagleOptions {
  /** Name of the target's output with the features of every row. */
  readonly features?: string;
  /** Most tokens of a prompt whose features are read, the last ones: what came before costs more than it helps. */
  readonly lead?: number;
  /** See `ModelDrafterOptions`. */
  readonly minConfidence?: number;
}

/** A row that the head has not read yet. */
interface Row {
  readonly token: Token;
  readonly features: Float32Array;
}

/** What the head says of a token that it does not know. */
const UNKNOWN = -1e30;

/**
 * A feature head (EAGLE-3, Li et al. 2025): a small network that sees what the target made of each committed token, in some of its layers, and
 * the token that came next. It guesses one token after the other, behind the first one from its own state in place of
 * features that are not there yet. All that is drawn is proposed.
 *
 * Features of a prompt that the target did not read anew (see `prefixCached`) are not there; the head does without.
 *
 * @example
 * eagle(head, { features: "features" });
 */
export const eagle = (
  head: FeatureHead,
  { features: tap = "features", lead = 256, minConfidence = MIN_CONFIDENCE }: EagleOptions = {},
): Drafter => ({
  name: "eagle",
  taps: [tap],
  async start({ encoded: { tokens: prompt }, model: { vocabularySize } }) {
    const session = head.open();
    /** Rows to read, and the place of the first one's features. */
    let waiting: Row[] = [];
    let place = 0;
    /** The row behind the last committed token, once all of them are read. */
    let latest: FeatureRow | undefined;
    let committed = 0;

    /** The committed rows of a round: the features of a token beside the token that came next. */
    function* rowsOf({ start, tokens, verdict: { path }, hidden }: Round): Generator<Row> {
      // Node -1 is the last token that the pass was given; before it, in the first round, there are those of the prompt.
      const before: Row[] = [];
      for (let i = 1; start === 0 && i < Math.min(lead, prompt.length); i++) {
        const features = hidden(-1 - i, tap);
        if (!features) break;
        before.push({ token: prompt[prompt.length - i], features });
      }
      yield* before.reverse();
      for (const [i, token] of tokens.entries()) {
        const features = hidden(i === 0 ? -1 : path[i - 1], tap);
        if (!features) return;
        yield { token, features };
      }
    }

    return {
      async propose({ output, budget, distribution, draw }) {
        const room = roomIn(budget);
        // Behind guesses of others there are no features.
        if (room === 0 || output.length > committed) return EMPTY;
        if (waiting.length > 0) {
          latest = await session.read(
            waiting.map(({ token }) => token),
            waiting.map(({ features }) => features),
            place,
          );
          place += waiting.length;
          waiting = [];
        }
        if (!latest) return EMPTY;
        const known = session.length;
        const drawn: Token[] = [];
        const drawnFrom: Distribution[] = [];
        const confidence: number[] = [];
        let at: FeatureRow = latest;
        try {
          for (let reach = 1; ; ) {
            const row = new Float32Array(vocabularySize).fill(UNKNOWN);
            for (let i = 0; i < head.words.length; i++) row[head.words[i]] = at.logits[i];
            const q = distribution(row, drawn);
            const sure = sureness(q, row);
            reach *= sure;
            // Known before the draw here, and what was drawn before it stays: no draw is hidden for its value.
            if (reach < Math.max(minConfidence, budget.worth ?? 0) && drawn.length > 0) break;
            const token = draw(q, drawn.length);
            drawn.push(token);
            drawnFrom.push(q);
            confidence.push(sure);
            if (drawn.length === room) break;
            at = await session.guess(token, at.state, place + drawn.length - 1);
          }
        } finally {
          session.rewind(known);
        }
        return chain(drawn, { drawnFrom, confidence });
      },
      observe(round) {
        if (waiting.length === 0 && session.length === 0) place = 0;
        const rows = [...rowsOf(round)];
        if (round.start === 0) place = prompt.length - 1 - (rows.length - round.tokens.length);
        waiting.push(...rows);
        committed = round.start + round.tokens.length;
        latest = undefined;
      },
    };
  },
});
