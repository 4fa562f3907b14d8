import { decode } from "../../core/decode.js";
import { inRange, usage } from "../../core/errors.js";
import { once } from "../../core/once.js";
import type { Round, Rules, Token } from "../../core/types.js";
import { identical } from "../../verifiers/identical.js";
import type { TextEncoded, TextPiece } from "../modality.js";
import type { TextModel, Written } from "../types.js";
import { decodingOf } from "../writing.js";
import type { Passage, Retriever } from "./passages.js";
import {
  type Answer,
  localPassages,
  type MutableFigures,
  type RetrievalFigures,
  type RetrievedRound,
  speculate,
} from "./speculate.js";

export interface RetrievalOptions {
  readonly retriever: Retriever;
  /** Tokens that are written before the next passage is looked for. */
  readonly every?: number;
  /** Most queries that are verified in one search, while as many steps again are written; 0: each search is waited for. */
  readonly stride?: number;
  /** Passages that are kept of each query, to stand in for the retriever. */
  readonly prefetch?: number;
  /** Tokens of a query: the last ones of prompt and answer. */
  readonly queryTokens?: number;
  /** How a passage is put before the prompt. */
  readonly frame?: (passage: Passage, prompt: string) => string;
}

/** A piece of an answer, and the passage that it was written behind. */
export interface RetrievalPiece extends TextPiece {
  readonly passage: Passage | undefined;
}

export interface RetrievalWriter {
  /** Answers a prompt; `promptTokens` of its pieces are those of the prompt without a passage. */
  write(prompt: string, options?: Written): AsyncGenerator<RetrievalPiece, void, undefined>;
  /** Of all answers so far. */
  readonly figures: RetrievalFigures;
}

const framed = ({ text }: Passage, prompt: string) => `${text}\n\n${prompt}`;

/**
 * Writes with passages that are looked for while the answer is written (in-context retrieval, Ram et al. 2023): every `every`
 * tokens the end of the text is the query, and the best passage stands before the prompt until the next one. Passages are
 * speculated (see `speculate`): under `identical` the answer is, token for token, the one that is written when every search
 * is waited for (`stride: 0`).
 *
 * The first passage of an answer is waited for: nothing is known yet that could stand in. A passage, the prompt and the answer
 * must fit the model's context together.
 *
 * @throws usage errors for settings out of range; `write` also what `TextModel.write` and the retriever throw
 *
 * @example
 * const writer = retrievalWriter(await loadText(), { retriever: bm25(passages) });
 * for await (const { text } of writer.write("When was the tower built?")) process.stdout.write(text);
 */
export function retrievalWriter(model: TextModel, options: RetrievalOptions): RetrievalWriter {
  const { retriever, every = 16, stride = 3, prefetch = 20, queryTokens = 32, frame = framed } = options;
  if (typeof retriever?.search !== "function")
    throw usage("the retriever has no search: give one, such as bm25(passages)");
  inRange("every", every, 1, undefined, { whole: true });
  inRange("stride", stride, 0, undefined, { whole: true });
  inRange("prefetch", prefetch, 1, undefined, { whole: true });
  inRange("queryTokens", queryTokens, 1, undefined, { whole: true });
  const figures: MutableFigures = { steps: 0, right: 0, searches: 0, queries: 0, wasted: 0 };
  const { modality, target, encode, decode: textOf } = model;

  async function* write(
    prompt: string,
    written: Written = {},
  ): AsyncGenerator<RetrievalPiece, void, undefined> {
    const decoding = await decodingOf(model, written);
    const encoded = await modality.encode({ ...written, prompt });
    const rules = modality.rules?.(encoded);
    const promptTokens = encode(prompt);
    const framedTokens = once(
      async (text: string) => (await modality.encode({ ...written, prompt: text })).tokens,
    );
    const behind = async (passage: Passage | undefined) =>
      passage ? framedTokens(frame(passage, prompt)) : encoded.tokens;

    /** Ends a search that nobody waits for any more. */
    const left = new AbortController();
    const signal = written.signal ? AbortSignal.any([written.signal, left.signal]) : left.signal;
    let passage: Passage | undefined;
    async function* rounds(all: AsyncIterable<RetrievedRound>): AsyncGenerator<Round> {
      for await (const one of all) {
        passage = one.passage;
        written.onRound?.(one.round);
        yield one.round;
      }
    }
    try {
      const all = speculate({
        retriever,
        local: localPassages(),
        stride,
        prefetch,
        figures,
        signal,
        start: { tokens: [], ended: rules?.ended(rules.start) ?? false },
        write: stepsOf({ decoding, encoded, rules, every, behind }),
        query: ({ tokens }) => textOf([...promptTokens, ...tokens].slice(-queryTokens)),
        fits: (guess, { tokens }) =>
          behind(guess).then(
            ({ length }) => length + tokens.length < target.contextLength,
            // Too long by itself: that is an error only where it is the right one.
            () => false,
          ),
      });
      for await (const piece of modality.decode(rounds(all), encoded)) yield { ...piece, passage };
    } finally {
      left.abort();
    }
  }
  return { write, figures };
}

interface StepParts {
  readonly decoding: Awaited<ReturnType<typeof decodingOf>>;
  readonly encoded: TextEncoded;
  readonly rules: Rules<unknown> | undefined;
  readonly every: number;
  /** The tokens of the prompt behind a passage. */
  behind(passage: Passage | undefined): Promise<readonly Token[]>;
}

/** Writes the tokens of one step: a sequence of its own, behind the answer so far. */
function stepsOf({ decoding, encoded, rules, every, behind }: StepParts) {
  const { verifier = identical(), stream = 0, target } = decoding;
  const most = encoded.maxTokens ?? Number.POSITIVE_INFINITY;
  return async function* step(passage: Passage | undefined, before: Answer) {
    const start = before.tokens.length;
    const room = Math.min(every, most - start);
    let answer = before;
    for await (const round of decode({
      ...decoding,
      verifier,
      // Noise goes by places, and those of each step begin at 0.
      stream: stream * target.contextLength + start,
      encoded: { ...encoded, tokens: [...(await behind(passage)), ...before.tokens], maxTokens: room },
      rules: rules && continued(rules, before.tokens),
    })) {
      const tokens = [...answer.tokens, ...round.tokens];
      const isFull = round.finish === "length" && tokens.length < start + room;
      const ended = round.finish === "end" || tokens.length >= most || isFull;
      const here = { ...round, start: answer.tokens.length, finish: ended ? round.finish : undefined };
      answer = { tokens, ended };
      yield { round: here, answer };
    }
  };
}

const continued = (rules: Rules<unknown>, tokens: readonly Token[]): Rules<unknown> => ({
  ...rules,
  start: tokens.reduce<unknown>((state, token) => rules.advance(state, token), rules.start),
});
