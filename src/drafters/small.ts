import { usage } from "../core/errors.js";
import { chain, EMPTY } from "../core/tree.js";
import type { Draft, DraftContext, DraftSetup, Model, Round, Scores, Token } from "../core/types.js";
import { inVocabulary, roomIn } from "./bounds.js";
import { drawnChain } from "./drawn-chain.js";
import { followedText } from "./text.js";

export interface SmallModelSetup {
  /** The drafter that error messages name. */
  readonly who: string;
  /** See `ModelDrafterOptions`. */
  readonly minConfidence: number;
  /** Most guesses. */
  readonly most?: number;
  /**
   * Guesses, at most `most` in a row, of what the small model draws behind `drawn`. Each that it draws, too, saves it a pass;
   * none of them changes what it draws.
   */
  readonly ahead?: (
    drawn: readonly Token[],
    context: DraftContext,
    most: number,
  ) => Promise<readonly Token[]>;
}

/** A small model at work on one sequence. */
export interface SmallModel {
  propose(context: DraftContext): Promise<Draft>;
  observe(round: Round): void;
  close(): PromiseLike<void>;
}

/**
 * A small model that drafts token by token, with a pass of its own for each, or for several at once where it has guesses of its
 * own draws.
 *
 * @throws a usage error when it has more tokens than the target
 */
export async function openSmall(
  small: Model,
  { model: target, signal }: Pick<DraftSetup, "model" | "signal">,
  { who, minConfidence, most, ahead }: SmallModelSetup,
): Promise<SmallModel> {
  if (small.vocabularySize > target.vocabularySize)
    throw usage(
      `the small model of the drafter "${who}" has ${small.vocabularySize} tokens, the target ${target.vocabularySize}: it must be a model of the target's tokens`,
    );
  const text = followedText();
  const { tokens } = text;
  const reader = await openReader(small, tokens, signal);
  const knows = (token: Token) => token < small.vocabularySize;
  /** The first token of the output that the small model lacks, as a place in the text. */
  let unknown = Number.POSITIVE_INFINITY;

  function follow(context: DraftContext): void {
    const kept = text.follow(context);
    reader.forget(kept);
    if (unknown >= kept) unknown = Number.POSITIVE_INFINITY;
    // A prompt's tokens may have numbers of their own, and both models read the same prompt.
    for (let at = Math.max(kept, context.prompt.length); at < tokens.length && at < unknown; at++)
      if (!knows(tokens[at])) unknown = at;
  }

  return {
    async propose(context) {
      follow(context);
      const { budget } = context;
      const room = roomIn(
        budget,
        Math.min(most ?? Number.POSITIVE_INFINITY, small.contextLength - tokens.length + 1),
      );
      if (room === 0 || unknown < tokens.length) return EMPTY;
      const guess = async (drawn: readonly Token[]) => {
        const left = room - drawn.length - 1;
        if (!ahead || left < 1) return [];
        return inVocabulary((await ahead(drawn, context, left)).slice(0, left), small.vocabularySize);
      };
      return drawnChain(context, {
        room,
        vocabularySize: target.vocabularySize,
        least: Math.max(minConfidence, budget.worth ?? 0),
        async row(drawn) {
          const [last] = drawn.slice(-1);
          if (last !== undefined) tokens.push(last);
          if (last === undefined || knows(last)) return reader.row(() => guess(drawn));
          unknown = tokens.length - 1;
          return undefined;
        },
      });
    },
    observe: text.observe,
    close: reader.close,
  };
}

/** Reads a list of tokens that grows, and is cut and grows again, with a session of a model. */
async function openReader(model: Model, tokens: readonly Token[], signal?: AbortSignal) {
  const session = await model.open();
  /** Tokens of the list that the session has for good. */
  let read = 0;
  /** Guesses of what comes behind them, and their scores: those of the latest pass. */
  let guesses: readonly Token[] = [];
  let scores: Scores | undefined;

  /** Guesses that came true, as far as the list goes. */
  function hits(): number {
    let count = 0;
    while (count < guesses.length && read + count < tokens.length && guesses[count] === tokens[read + count])
      count++;
    return count;
  }

  function rewind(length: number): void {
    session.rewind(length);
    read = length;
    guesses = [];
    scores = undefined;
  }

  /** Brings the session to a state in which the list's last token is to be passed, if it was not. */
  function settle(): void {
    const standing = Math.min(hits(), tokens.length - 1 - read);
    if (scores && standing > 0) {
      session.keep(guesses.slice(0, standing).map((_, node) => node));
      read += standing;
    }
    rewind(Math.min(read, tokens.length - 1));
  }

  return {
    /** Only the first `length` tokens of the list are what they were. */
    forget(length: number): void {
      if (length < read) rewind(length);
    },
    /** The logits behind the last token; `guess` is asked for what may come behind it where that takes a pass. */
    async row(guess: () => Promise<readonly Token[]>): Promise<Float32Array> {
      const known = scores && read > 0 && read + hits() === tokens.length;
      if (known && scores) return scores.row(tokens.length - read - 1);
      settle();
      const coming = await guess();
      const pending = tokens.slice(read);
      const step = { session, tokens: pending, ...(coming.length > 0 && { draft: chain(coming) }) };
      [scores] = await model.pass([step], { signal });
      guesses = coming;
      read = tokens.length;
      return scores.row(-1);
    },
    close: () => session[Symbol.asyncDispose](),
  };
}
