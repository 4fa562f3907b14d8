import { inRange, usage } from "../core/errors.js";
import type { Encoded, Modality, Round, Rules, Token } from "../core/types.js";
import type { Chat } from "./chat.js";
import { answerRules } from "./ends.js";
import { createFormats, type TextFormat } from "./format.js";
import { logprobsOf, type TokenLogprobs } from "./logprobs.js";
import type { TextManifest } from "./manifest.js";
import { type PromptSettings, promptTokens, type TextPrompt } from "./prompt.js";
import { createStops, type Stops } from "./stops.js";
import { textStream } from "./stream.js";
import type { TextTokenizer } from "./tokenizer.js";

/** A prompt, and what is asked of its answer. */
export interface TextRequest extends PromptSettings {
  readonly prompt: TextPrompt;
  /** The answer ends before the first of these texts. */
  readonly stop?: string | readonly string[];
  /** Tokens that end the answer, besides the model's own. */
  readonly stopTokens?: readonly Token[];
  /** What may be written: other tokens are never chosen. */
  readonly rules?: Rules<unknown>;
  /** The form of the answer: JSON of a schema, a regular expression, one of several texts. */
  readonly format?: TextFormat;
  /** Log probabilities of the tokens, with so many of the likeliest at each place. */
  readonly logprobs?: number;
  /** A text whose parts the answer may repeat: drafters copy from it. */
  readonly reference?: string;
}

export interface TextEncoded extends Encoded {
  readonly ends: ReadonlySet<Token>;
  readonly stops: Stops;
  readonly allowed?: Rules<unknown>;
  readonly logprobs?: number;
}

/** What a round added to an answer. */
export interface TextPiece {
  /** Text that is certain now; often none while a character or a stop string may be under way. */
  readonly text: string;
  /** The round's tokens, one that ends the answer included. */
  readonly tokens: readonly Token[];
  /** How many stood before this round, and what was guessed in it from there on. */
  readonly start: number;
  readonly guesses: readonly Token[];
  /** One for each token, if they were asked for. */
  readonly logprobs?: readonly TokenLogprobs[];
  readonly promptTokens: number;
  readonly done: boolean;
  /** Why this is the last piece: the answer is complete, or as long as it may be. */
  readonly finish?: "stop" | "length";
  /** The stop string, or the token, that ended the answer; undefined where the rules did. */
  readonly stop?: string | Token;
}

export interface TextParts {
  readonly manifest: Pick<TextManifest, "end" | "maxTokens" | "target">;
  readonly tokenizer: TextTokenizer;
  readonly chat: Chat;
}

/** Most likeliest tokens whose log probabilities can be asked for. */
const MOST_LOGPROBS = 100;

/** Text: prompt or conversation -> tokens -> text, as it becomes certain. */
export function text({
  manifest,
  tokenizer,
  chat,
}: TextParts): Modality<TextRequest, TextPiece, TextEncoded> {
  const { end, target } = manifest;
  const { contextLength, vocabularySize } = target;
  const rulesOf = createFormats({ manifest, tokenizer });
  return {
    name: "text",
    async encode(request) {
      const { prompt, stop = [], stopTokens = [], rules, format, logprobs, reference } = request;
      const { maxTokens = manifest.maxTokens } = request;
      if (maxTokens !== undefined) inRange("maxTokens", maxTokens, 1, undefined, { whole: true });
      if (logprobs !== undefined) inRange("logprobs", logprobs, 0, MOST_LOGPROBS, { whole: true });
      for (const token of stopTokens) inRange("a stop token", token, 0, vocabularySize - 1, { whole: true });
      if (rules && format !== undefined)
        throw usage("rules and format both say what may be written: leave one of them out");
      const tokens = promptTokens(prompt, { ...request, maxTokens }, { tokenizer, chat, contextLength });
      return {
        tokens,
        reference: reference === undefined ? undefined : tokenizer.encode(reference),
        maxTokens,
        ends: new Set([...end, ...stopTokens]),
        stops: createStops(typeof stop === "string" ? [stop] : stop),
        allowed: format === undefined ? rules : rulesOf(format),
        logprobs,
      };
    },
    rules: ({ ends, stops, allowed }) => answerRules({ ends, stops, tokenizer, rules: allowed }),
    async *decode(rounds, { tokens: prompt, ends, stops, logprobs }) {
      const stream = textStream(stops);
      const promptTokens = prompt.length;
      let begun = false;
      for await (const round of rounds) {
        begun = true;
        const { tokens, start, draft, finish } = round;
        let certain = tokens.map((token) => stream.push(tokenizer.bytes(token))).join("");
        if (finish) certain += stream.finish();
        yield {
          text: certain,
          tokens,
          start,
          guesses: draft.tokens,
          logprobs: logprobs === undefined ? undefined : logprobsOf(round, logprobs),
          promptTokens,
          done: finish !== undefined,
          finish: finish === "end" ? "stop" : finish,
          stop: finish === "end" ? stopOf(round, ends, stream.found?.text) : undefined,
        };
      }
      // Rules that allow nothing at all leave no rounds.
      if (!begun)
        yield { text: "", tokens: [], start: 0, guesses: [], promptTokens, done: true, finish: "stop" };
    },
  };
}

function stopOf({ tokens }: Round, ends: ReadonlySet<Token>, found: string | undefined) {
  const last = tokens[tokens.length - 1];
  return found ?? (ends.has(last) ? last : undefined);
}
