import type { DraftSetup, Round, Token } from "../core/types.js";

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
   * Reads rows, each a committed token and the target's features of the one before it; no numbers where that one stands for itself (see
   * `FeatureOptions.promptOnly`). What it says of the next place, and if it can without knowing what is guessed there, of the
   * places behind that.
   */
  read(tokens: readonly Token[], features: readonly Float32Array[]): Promise<readonly HeadScores[]>;
  /**
   * Reads a guess behind the last row, or behind the guess before it: its own state takes the place of features. Left out where
   * `read` says all.
   */
  step?(token: Token): Promise<HeadScores>;
}

export interface FeatureOptions {
  /** Name of the target's output with the features of every row. */
  readonly features?: string;
  /** Most tokens of a prompt whose features are read, the last ones: what came before costs more than it helps. */
  readonly lead?: number;
  /** Whether the head gets the features of a prompt's tokens only: those of the answer stand for themselves. */
  readonly promptOnly?: boolean;
}

export const FEATURES = "features";

/** A head that reads along with one sequence. */
export interface FeatureReader {
  /** Whether the output is all committed: behind guesses of others there are no features. */
  isAt(output: readonly Token[]): boolean;
  /**
   * What the head says of each place behind the last committed token and, where that is asked for, behind some guesses; nothing
   * where it cannot, or has too much to read.
   */
  said(path?: readonly Token[]): Promise<readonly HeadScores[]>;
  observe(round: Round): void;
}

/** A row that the head has not read yet. */
interface Row {
  readonly token: Token;
  readonly features: Float32Array;
}

/** Guesses of others behind which the head still is asked: it has to read each of them first. */
const PATIENCE = 2;
const NO_FEATURES = new Float32Array(0);

/** Opens a head for a sequence. Committed rows are read when the head is asked next, all at once. */
export function featureReader(
  head: FeatureHead,
  { encoded: { tokens: prompt } }: Pick<DraftSetup, "encoded">,
  { features: tap = FEATURES, lead = 128, promptOnly = false }: FeatureOptions,
): FeatureReader {
  const session = head.open();
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
      const isSaid = start + i > 0;
      const features = promptOnly && isSaid ? NO_FEATURES : hidden(i === 0 ? -1 : path[i - 1], tap);
      if (features) rows.push({ token, features });
    }
    return rows;
  }

  return {
    isAt: (output) => output.length === committed,
    async said(path = []) {
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
        return [];
      for (const token of missing) {
        if (said.length === 0 || !session.step) break;
        said = [...said, await session.step(token)];
        read = [...read, token];
      }
      return said;
    },
    observe(round) {
      // A head that is full reads no more.
      if (waiting.length <= session.room()) waiting.push(...rowsOf(round));
      committed = round.start + round.tokens.length;
      said = [];
      read = [];
    },
  };
}
