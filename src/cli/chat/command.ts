import { kindOf } from "../../core/errors.js";
import { command } from "../make.js";
import { openModel } from "../models.js";
import { chooseText } from "../write/model.js";
import { obey } from "./commands.js";
import { createConversation } from "./conversation.js";
import { openLines } from "./lines.js";
import type { ChatFlags } from "./options.js";

/** `foretoken chat` */
export const chatCommand = command<ChatFlags>(async (call) => {
  const { input, flags, host, talk } = call;
  const text = await host.text();
  const { name, models } = chooseText(flags, text);
  talk.progress(`loading ${name}`);
  const model = await openModel(name, models, call);
  // Who cannot be had is known before anything is said.
  await model.drafter(flags.plain ? "none" : (flags.drafter ?? model.defaultDrafter));
  talk.clear();
  const lines = openLines(host);
  const chat = createConversation(call, { text, model, stops: lines.stops });

  const tell = (text: string) => {
    talk.clear();
    host.stderr.write(`${text}\n`);
  };

  async function take(line: string): Promise<void> {
    if (line.trim() === "") return;
    try {
      if (!line.startsWith("/")) return await chat.say(line);
      const told = await obey(line, chat);
      if (told !== undefined) tell(told);
    } catch (error) {
      // What is wrong with one line is no reason to leave.
      if (!kindOf(error)) throw error;
      tell(`foretoken: ${(error as Error).message}`);
    }
  }

  try {
    if (lines.isTyped)
      talk.note(`${model.name} ${model.manifest.version}: /help lists commands, Ctrl-D leaves`);
    await take(input.join(" "));
    while (!chat.isOver()) {
      const line = await lines.next();
      if (line === undefined) break;
      await take(line);
    }
  } finally {
    lines.close();
  }
});
