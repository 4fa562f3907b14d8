import { type DecodeOptions, decode } from "../../core/decode.js";
import { inRange, usage } from "../../core/errors.js";
import { once } from "../../core/once.js";
import type { Round, Rules } from "../../core/types.js";
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
    const { verifier = identical(), ...decoding } = await decodingOf(model, written);
    const encoded = await modality.encode({ ...written, prompt });
    const rules = modality.rules?.(encoded);
    const most = encoded.maxTokens ?? Number.POSITIVE_INFINITY;
    const promptTokens = encode(prompt);
    const behind = once(async (text: string) => (await modality.encode({ ...written, prompt: text })).tokens);
    const promptBehind = (passage: Passage | undefined) =>
      passage ? behind(frame(passage, prompt)) : Promise.resolve(encoded.tokens);

    async function* step(passage: Passage | undefined, before: Answer) {
      const tokens = [...(await promptBehind(passage)), ...before.tokens];
      const room = Math.min(every, most - before.tokens.length);
      let answer = before;
      for await (const round of decode({
        ...decoding,
        ...placed(decoding, before, target.contextLength),
        verifier,
        encoded: { ...encoded, tokens, maxTokens: room },
        rules: rules && continued(rules, before),
      })) {
        const all = [...answer.tokens, ...round.tokens];
        const isFull = round.finish === "length" && all.length < before.tokens.length + room;
        const ended = round.finish === "end" || all.length >= most || isFull;
        const start = answer.tokens.length;
        answer = { tokens: all, ended };
        yield { round: { ...round, start, finish: ended ? round.finish : undefined }, answer };
      }
    }

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
        write: step,
        query: ({ tokens }) => textOf([...promptTokens, ...tokens].slice(-queryTokens)),
        fits: async (guess, { tokens }) => {
          const { length } = await promptBehind(guess);
          return length + tokens.length < target.contextLength;
        },
      });
      for await (const piece of modality.decode(rounds(all), encoded)) yield { ...piece, passage };
    } finally {
      left.abort();
    }
  }
  return { write, figures };
}

/** The noise of a step's places: steps are sequences of their own, which begin at place 0. */
const placed = (
  { stream = 0 }: Pick<DecodeOptions<TextEncoded>, "stream">,
  { tokens }: Answer,
  contextLength: number,
) => ({ stream: stream * contextLength + tokens.length });

const continued = (rules: Rules<unknown>, { tokens }: Answer): Rules<unknown> => ({
  start: tokens.reduce<unknown>((state, token) => rules.advance(state, token), rules.start),
  advance: rules.advance,
  mask: rules.mask,
  ended: rules.ended,
});
