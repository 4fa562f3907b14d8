import { define, EXIT_CODES, type Flags, quietOption, speculationOptions } from "../options.js";
import { systemOption, TEXT_GUESSES, TEXT_MODEL, TEXT_SAMPLING } from "../write/options.js";

export const CHAT = define({
  name: "chat",
  argument: ["[message...]", "what to say first"],
  summary: "talk with a model",
  description:
    "A conversation: say something in a line, and the answer comes as it is made. Each answer sees what was said before. Ctrl-C stops an answer, and leaves where none is under way; Ctrl-D leaves. A line that begins with / is a command: /help lists them. Lines may be piped in, too.",
  options: {
    "Conversation:": [systemOption()],
    "Model:": TEXT_MODEL,
    "Sampling:": TEXT_SAMPLING,
    "Speculation:": speculationOptions(TEXT_GUESSES),
    "Reports:": [quietOption()],
  },
  examples: `
Examples:
  foretoken chat
  foretoken chat --system "Answer in one sentence." --temperature 0.7
  foretoken chat "Who wrote Faust?"                   a first message
  printf 'Hi.\\nTell me a joke.\\n' | foretoken chat    lines of another program

In the conversation:
  /compare          answer the last message again, with and without guesses: both times
  /drafter suffix   who guesses from now on
  /help             all commands

${EXIT_CODES}`,
});

export type ChatFlags = Flags<typeof CHAT.options>;
