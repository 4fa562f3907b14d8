import { Template } from "@huggingface/jinja";
import { failure, quoted, usage } from "../core/errors.js";
import { noSuch } from "../core/near.js";
import type { Token } from "../core/types.js";
import { anyOf, splitBy, type TextTokenizer } from "./tokenizer.js";

/** Something said in a conversation. */
export interface Message {
  /** "system", "user" or "assistant", and what else the model's template knows. */
  readonly role: string;
  readonly content: string;
}

export interface ChatParts {
  /** Jinja, and its file for messages. */
  readonly template: string;
  readonly file: string;
  readonly roles: readonly string[];
  /** The first message, where there is no other one of that role. */
  readonly system?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly tokenizer: TextTokenizer;
}

/**
 * Messages -> tokens, up to where the answer begins.
 *
 * @throws usage errors for unknown roles, messages without text, and what the template refuses
 */
export type Chat = (messages: readonly Message[]) => Token[];

/**
 * A conversation by a model's own template. Special tokens come from the template alone: a name of one that somebody typed
 * stays text.
 *
 * @throws a failure that names the file of a template which is none
 */
export function createChat({ template, file, roles, system, variables, tokenizer }: ChatParts): Chat {
  const parsed = parse(template, file);
  const specials = [...tokenizer.special.keys()];
  const any = anyOf(specials);
  const typed = anyTyped(specials);
  return (messages) => {
    checkMessages(messages, roles);
    const hasSystem = messages[0].role === "system";
    const all =
      hasSystem || system === undefined ? messages : [{ role: "system", content: system }, ...messages];
    const mark = markFor([template, ...all.map(({ content }) => content)]);
    const marked = all.map(({ role, content }) => ({ role, content: content.replace(typed, `$&${mark}`) }));
    const rendered = render(parsed, { ...variables, messages: marked, add_generation_prompt: true });
    return splitBy(any, rendered).flatMap(
      (part) => tokenizer.special.get(part) ?? tokenizer.encode(part.replaceAll(mark, "")),
    );
  };
}

function parse(template: string, file: string): Template {
  try {
    return new Template(template);
  } catch (cause) {
    throw failure(`${file} is no chat template: ${(cause as Error).message}`, cause);
  }
}

function render(template: Template, variables: Record<string, unknown>): string {
  try {
    return template.render(variables);
  } catch (cause) {
    throw usage(`the model's chat template refuses these messages: ${(cause as Error).message}`, cause);
  }
}

function checkMessages(messages: readonly Message[], roles: readonly string[]): void {
  for (const [index, message] of messages.entries()) {
    const which = `message ${index + 1}`;
    if (typeof message?.role !== "string" || typeof message.content !== "string")
      throw usage(
        `${which} is ${quoted(JSON.stringify(message) ?? "nothing")}: give { role, content }, both texts`,
      );
    if (!roles.includes(message.role)) throw noSuch(`role "${message.role}" (${which})`, message.role, roles);
    if (message.content.trim() === "" && message.role !== "system")
      throw usage(`${which} (${message.role}) is empty: give some text`);
  }
  const last = messages.at(-1);
  if (!last || messages.every(({ role }) => role === "system"))
    throw usage("there is no message to answer: give one of the user");
  if (last.role === "assistant")
    throw usage("the last message is the assistant's own: give one of the user behind it");
}

/**
 * The first character of each special token's name in a text, and of what may become one at its end: a mark behind it keeps
 * the name from being one.
 */
function anyTyped(specials: readonly string[]): RegExp {
  const beginnings = specials.flatMap((name) => Array.from(name, (_, i) => name.slice(0, i)).filter(Boolean));
  const names = anyOf(specials).source;
  const ends = anyOf(beginnings).source;
  return new RegExp(`(?=${names}|${ends}$)[^]`, "g");
}

/** A character for private use (Unicode's range E000 to F8FF) that none of the texts has. */
function markFor(texts: readonly string[]): string {
  for (let code = 0xe000; code <= 0xf8ff; code++) {
    const mark = String.fromCharCode(code);
    if (!texts.some((text) => text.includes(mark))) return mark;
  }
  throw usage("the messages use every character that Unicode keeps for private use: leave one out");
}
