import { InvalidArgumentError } from "commander";
import { usage } from "../../core/errors.js";
import { noSuch } from "../../core/near.js";
import { TEXT_DRAFTERS, type TextDrafterName } from "../../text/names.js";
import { number } from "../options.js";
import { columns } from "../report.js";
import type { Conversation } from "./conversation.js";

interface Command {
  /** What follows its name. */
  readonly argument?: string;
  readonly what: string;
  /** What it gives is told, and waited for. @throws usage errors */
  run(chat: Conversation, argument: string): string | undefined | Promise<string | undefined>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  help: { what: "this list", run: () => help() },
  compare: {
    what: "answer the last message again, with and without guesses, and say both times",
    run: (chat) => chat.compare(),
  },
  drafter: { argument: "NAME", what: "who guesses; without a name: who there is", run: chooseDrafter },
  seed: {
    argument: "N",
    what: "other answers, where the temperature is above 0",
    run({ settings }, text) {
      if (text === "") return `the seed is ${settings.seed ?? 0}`;
      settings.seed = parsed(number(0, Number.MAX_SAFE_INTEGER, true), text, "/seed");
    },
  },
  temperature: {
    argument: "T",
    what: "0: always the likeliest token, more: bolder",
    run({ settings, model }, text) {
      const { temperature = model.manifest.sampling.temperature ?? 1 } = settings;
      if (text === "") return `the temperature is ${temperature}`;
      settings.temperature = parsed(number(0, 100), text, "/temperature");
    },
  },
  system: {
    argument: "TEXT",
    what: "what the model is told before all else; without a text: what that is",
    run({ settings }, text) {
      if (text === "") return settings.system ?? "the model's own";
      settings.system = text;
    },
  },
  reset: {
    what: "forget what was said",
    run(chat) {
      chat.reset();
      return "forgotten";
    },
  },
  stats: { what: "figures of the answers so far", run: (chat) => chat.stats() },
  exit: { what: "leave, as Ctrl-D does", run: (chat) => chat.leave() },
};

/** Does what a line such as "/seed 7" says. @returns what is to be told @throws usage errors */
export async function obey(line: string, chat: Conversation): Promise<string | undefined> {
  const [, name, argument] = /^\/(\S*)\s*(.*)$/s.exec(line) ?? [];
  if (Object.hasOwn(COMMANDS, name)) return COMMANDS[name].run(chat, argument.trim());
  const names = Object.keys(COMMANDS).map((known) => `/${known}`);
  const { message } = noSuch(`command /${name}`, `/${name}`, names);
  throw usage(`${message}; put a space before a message that begins with /`);
}

const help = () =>
  columns(
    Object.entries(COMMANDS).map(([name, { argument = "", what }]) => [
      `/${name} ${argument}`.trim(),
      "",
      what,
    ]),
  );

async function chooseDrafter({ settings, model }: Conversation, name: string): Promise<string | undefined> {
  const names = Object.keys(TEXT_DRAFTERS) as TextDrafterName[];
  const current = settings.plain ? "none" : (settings.drafter ?? model.defaultDrafter);
  if (name === "") return columns(names.map((one) => [one, one === current ? "*" : "", TEXT_DRAFTERS[one]]));
  const chosen = names.find((one) => one === name);
  if (!chosen) throw noSuch(`drafter "${name}"`, name, names);
  // One that cannot be made is not chosen.
  await model.drafter(chosen);
  settings.drafter = chosen;
  settings.plain = false;
  return undefined;
}

function parsed<T>(parse: (text: string) => T, text: string, command: string): T {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw usage(`${command} ${text}: ${error.message}`);
  }
}
