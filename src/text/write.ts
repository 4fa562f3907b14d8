import { inRange } from "../core/errors.js";
import type { Metrics } from "../core/metrics.js";
import type { Token } from "../core/types.js";
import { givenOrLoaded } from "../medium/open.js";
import { toEnd } from "../medium/run.js";
import type { TokenLogprobs } from "./logprobs.js";
import type { TextPiece } from "./modality.js";
import { loadText } from "./model.js";
import type { TextPrompt } from "./prompt.js";
import type { WriteOptions } from "./types.js";

/** A finished answer. */
export interface WrittenText extends Required<Pick<TextPiece, "finish">>, Pick<TextPiece, "stop"> {
  readonly text: string;
  /** All tokens, one that ended the answer included. */
  readonly tokens: readonly Token[];
  readonly promptTokens: number;
  /** One for each token, if they were asked for. */
  readonly logprobs?: readonly TokenLogprobs[];
  readonly metrics: Metrics;
}

/**
 * Answers a prompt or a conversation, or continues a text (`raw`): yields text as it becomes certain. The pieces' texts,
 * joined, are the answer. A loop that is left early frees everything.
 *
 * @example
 * for await (const { text } of write("Why is the sky blue?")) process.stdout.write(text);
 *
 * @throws usage errors for a prompt that is empty or too long, unknown roles and settings out of range; failures for models
 * that cannot be read
 */
export async function* write(
  prompt: TextPrompt,
  options: WriteOptions = {},
): AsyncGenerator<TextPiece, void, undefined> {
  const model = await givenOrLoaded(options, loadText);
  yield* model.write(prompt, options);
}

/**
 * Answers a prompt and gives the answer when it is done.
 *
 * @param options `onPiece` sees every piece while the answer is made, and is waited for
 *
 * @example
 * const { text, finish, metrics } = await generateText("Why is the sky blue?", { seed: 7, maxTokens: 200 });
 */
export async function generateText(
  prompt: TextPrompt,
  options: WriteOptions & { readonly onPiece?: (piece: TextPiece) => void | Promise<void> } = {},
): Promise<WrittenText> {
  const model = await givenOrLoaded(options, loadText);
  const pieces: TextPiece[] = [];
  const each = (piece: TextPiece) => {
    pieces.push(piece);
    return options.onPiece?.(piece);
  };
  const answer = (watch: Pick<WriteOptions, "onRound">) => model.write(prompt, { ...options, ...watch });
  const { last, metrics } = await toEnd(answer, { onRound: options.onRound, each });
  return {
    text: pieces.map(({ text }) => text).join(""),
    tokens: pieces.flatMap(({ tokens }) => tokens),
    promptTokens: last.promptTokens,
    logprobs: options.logprobs === undefined ? undefined : pieces.flatMap(({ logprobs = [] }) => logprobs),
    finish: last.finish ?? "stop",
    stop: last.stop,
    metrics,
  };
}

/**
 * Several answers to one prompt, each with a stream of the seed to itself. The prompt is read once, if the model may keep
 * what it has read.
 *
 * @example
 * const answers = await generateTexts("Name a colour.", { count: 4, sampling: { temperature: 1 } });
 *
 * @throws as `write`, and a usage error for a count below 1
 */
export async function generateTexts(
  prompt: TextPrompt,
  { count, ...options }: WriteOptions & { readonly count: number },
): Promise<WrittenText[]> {
  inRange("count", count, 1, undefined, { whole: true });
  const model = await givenOrLoaded(options, loadText);
  const { stream = 0 } = options;
  const answers: WrittenText[] = [];
  for (let i = 0; i < count; i++)
    answers.push(await generateText(prompt, { ...options, model, stream: stream + i }));
  return answers;
}
