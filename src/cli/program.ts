import { readFileSync } from "node:fs";
import { Command, type CommanderError } from "commander";
import { kindOf } from "../core/errors.js";
import { ANIMATE } from "./animate/options.js";
import { CHAT } from "./chat/options.js";
import { BUILD } from "./datastore/options.js";
import { DRAW } from "./draw/options.js";
import { exitCodeOf, type Host } from "./host.js";
import { METHODS } from "./methods/options.js";
import { addCommand, type Definition, type Flags, type Groups } from "./options.js";
import { speakCommand } from "./speak/command.js";
import { DECODE, ENCODE, SPEAK } from "./speak/options.js";
import { WRITE } from "./write/options.js";

/** Runs a command line; gives the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function run(argv: readonly string[], host: Host): Promise<number> {
  try {
    await build(host).parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    return report(error, argv, host);
  }
}

function build(host: Host): Command {
  const program = new Command("foretoken")
    .description(
      "Speech, pictures, short films and answers from text, made several tokens a pass: draft cheaply, verify in one pass, same output faster.",
    )
    .version(version(), "-V, --version", "the version")
    .helpOption("-h, --help", "this help")
    .helpCommand("help [command]", "help for a command")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      // Errors are said in one line, by `report`; what else comes here is the help of a bare `foretoken`.
      writeErr: (text) => host.stderr.write(text),
      outputError: () => {},
    })
    .addHelpText("after", EXAMPLES);

  /** What a command does is loaded when it is called, save for speech, whose first sound is waited for. */
  function add<All extends Groups, Input>(
    definition: Definition<All>,
    load: () => Promise<(input: Input, flags: Flags<All>, host: Host) => Promise<void>>,
    to = program,
  ) {
    addCommand(to, definition).action(async (input, flags) => (await load())(input, flags, host));
  }
  add(SPEAK, async () => speakCommand);
  add(DRAW, async () => (await import("./draw/command.js")).drawCommand);
  add(ANIMATE, async () => (await import("./animate/command.js")).animateCommand);
  add(WRITE, async () => (await import("./write/command.js")).writeCommand);
  add(CHAT, async () => (await import("./chat/command.js")).chatCommand);
  add(ENCODE, async () => (await import("./units/command.js")).encodeCommand);
  add(DECODE, async () => (await import("./units/command.js")).decodeCommand);
  const datastore = program
    .command("datastore")
    .summary("make datastores of texts, for write and chat")
    .description("Datastores of texts, in which a drafter of write and chat looks up what mostly followed.")
    .helpOption("-h, --help", "this help")
    .helpCommand("help [command]", "help for a command");
  add(BUILD, async () => (await import("./datastore/command.js")).buildCommand, datastore);
  add(METHODS, async () => (await import("./methods/command.js")).methodsCommand);
  return program;
}

const version = () =>
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version as string;

function report(error: unknown, argv: readonly string[], { stderr, signal }: Host): number {
  // Whatever broke after Ctrl-C broke because of it.
  const exitCode = exitCodeOf(signal.aborted ? signal.reason : error);
  const say = (line: string) => stderr.write(`foretoken: ${line}\n`);
  if (String((error as CommanderError).code).startsWith("commander.")) {
    if (exitCode === 0) return 0;
    const line = commanderLine(error as CommanderError, argv);
    if (line) say(line);
    return 2;
  }
  if (exitCode !== undefined) return exitCode;
  const { message, stack } = error as Error;
  const kind = kindOf(error);
  say(
    kind
      ? message.replace(/\s*\n\s*/g, " ")
      : `${message.split("\n")[0]} (unexpected: FORETOKEN_DEBUG=1 shows where)`,
  );
  if (process.env.FORETOKEN_DEBUG) stderr.write(`${stack}\n`);
  return kind === "usage" ? 2 : 1;
}

/** Commander's message in one line, with the way out that fits what people try. */
function commanderLine({ code, message }: CommanderError, argv: readonly string[]): string {
  const line = message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ");
  if (code === "commander.help") return "";
  if (code === "commander.unknownCommand")
    return `${line}; to say a text: foretoken speak "...", to draw a picture: foretoken draw "...", to make a film: foretoken animate "...", to ask something: foretoken write "..."`;
  if (code === "commander.unknownOption" && !/Did you mean/.test(line)) {
    return `${line}; see foretoken ${argv[0]} --help, and put -- before a text that begins with a dash`;
  }
  return line;
}

const EXAMPLES = `
Try this:
  foretoken speak "Hello there." -o hello.wav
  foretoken draw "a smiling orange cat" -o cat.png
  foretoken animate "a red apple bounces on blue" -o apple.webp
  foretoken write "Explain why the sky is blue to a ten-year-old."
`;
