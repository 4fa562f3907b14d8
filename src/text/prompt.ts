import { quoted, usage } from "../core/errors.js";
import type { Token } from "../core/types.js";
import type { Chat, Message } from "./chat.js";
import { ANSWER_ROOM } from "./names.js";
import type { TextTokenizer } from "./tokenizer.js";

/** What is to be answered, or with `raw` continued. */
export type TextPrompt = string | readonly Message[];

export interface PromptSettings {
  /** What the model is told first, instead of its own default. */
  readonly system?: string;
  /** The prompt is a text to continue, and no message: it goes to the model as it is. */
  readonly raw?: boolean;
  /** Leaves out the oldest turns, or else the beginning of the prompt, where there is no room for all of it. */
  readonly truncate?: boolean;
  /** Most tokens of the answer. */
  readonly maxTokens?: number;
  /** Told what was left out. */
  readonly warn?: (line: string) => void;
}

export interface PromptParts {
  readonly tokenizer: TextTokenizer;
  readonly chat: Chat;
  readonly contextLength: number;
}

/**
 * A prompt's tokens.
 *
 * @throws usage errors for a prompt that is empty, too long or contradicts itself
 */
export function promptTokens(prompt: TextPrompt, settings: PromptSettings, parts: PromptParts): Token[] {
  const { raw = false, truncate = false, maxTokens = ANSWER_ROOM, warn } = settings;
  const { tokenizer, chat, contextLength } = parts;
  const most = truncate
    ? contextLength - Math.min(maxTokens, Math.ceil(contextLength / 2))
    : contextLength - 1;
  if (raw) {
    const tokens = tokenizer.encode(rawText(prompt, settings));
    if (tokens.length <= most) return tokens;
    if (!truncate) throw tooLong(tokens.length, contextLength);
    warn?.(`the first ${tokens.length - most} of the prompt's ${tokens.length} tokens were left out`);
    return tokens.slice(-most);
  }
  const messages = messagesOf(prompt, settings);
  const tokens = chat(messages);
  if (tokens.length <= most) return tokens;
  if (!truncate) throw tooLong(tokens.length, contextLength);
  const kept = shortened(messages, most, parts);
  const left = messages.length - kept.length;
  warn?.(
    left
      ? `the oldest ${left} of ${messages.length} messages were left out: all of them have ${tokens.length} tokens`
      : `the beginning of the prompt was left out: all of it has ${tokens.length} tokens`,
  );
  return chat(kept);
}

const tooLong = (length: number, contextLength: number) =>
  usage(
    `the prompt has ${length} tokens, and the model's context holds ${contextLength} with the answer: shorten it, or let its oldest parts be left out (truncate)`,
  );

function rawText(prompt: TextPrompt, { system }: PromptSettings): string {
  if (typeof prompt !== "string")
    throw usage("a raw prompt is a text, and messages were given: leave raw out, or join them yourself");
  if (system !== undefined)
    throw usage("a raw prompt has no system text: leave one of the two out, or begin the prompt with it");
  if (prompt === "") throw usage("the prompt is empty: give some text");
  return prompt;
}

function messagesOf(prompt: TextPrompt, { system }: PromptSettings): readonly Message[] {
  const given = typeof prompt === "string" ? [{ role: "user", content: prompt }] : prompt;
  if (!Array.isArray(given))
    throw usage(`the prompt is ${quoted(JSON.stringify(prompt) ?? "nothing")}: give a text or messages`);
  if (typeof prompt === "string" && prompt.trim() === "") throw usage("the prompt is empty: give some text");
  if (system === undefined) return given;
  if (given[0]?.role === "system")
    throw usage("there are two system texts, an option and the first message: leave one of them out");
  return [{ role: "system", content: system }, ...given];
}

/**
 * The last messages that fit, from one of the user on, behind the system's. If not even the last one does, its end.
 *
 * @throws a usage error where the system's message leaves no room
 */
function shortened(messages: readonly Message[], most: number, { chat, tokenizer }: PromptParts): Message[] {
  const first = messages.findIndex(({ role }) => role !== "system");
  const system = messages.slice(0, first);
  const turns = messages.flatMap(({ role }, i) => (i > first && role === "user" ? [i] : []));
  const from = (turn: number) => [...system, ...messages.slice(turns[turn])];
  // The later they begin, the shorter they are: the first turn that fits is found by halving.
  let [low, high] = [0, turns.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (chat(from(middle)).length <= most) high = middle;
    else low = middle + 1;
  }
  if (low < turns.length) return from(low);

  const last = messages.length - 1;
  const withEnd = (content: string) => [...system, { ...messages[last], content }];
  const tokens = tokenizer.encode(messages[last].content);
  const around = chat(withEnd("x")).length;
  // Cut off from the rest, an end may become a few tokens more than it was.
  for (let length = most - around; length > 0; length -= 8) {
    const end = tokenizer.decode(tokens.slice(-length)).replace(/^\uFFFD+/, "");
    const kept = withEnd(end);
    if (end.trim() !== "" && chat(kept).length <= most) return kept;
  }
  throw usage(
    `the system text and the template take ${around} tokens, and there is room for ${most}: shorten the system text`,
  );
}
