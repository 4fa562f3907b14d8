import { readFileSync } from "node:fs";
import { Command, type CommanderError } from "commander";
import { kindOf } from "../core/errors.js";
import { ANIMATE_EXAMPLES, animateOptions } from "./animate/options.js";
import { DRAW_EXAMPLES, drawOptions } from "./draw/options.js";
import { exitCodeOf } from "./errors.js";
import type { Host } from "./host.js";
import { speakCommand } from "./speak/command.js";
import { outputOptions, speakOptions, voiceOptions } from "./speak/options.js";

/** Runs a command line; gives the exit code: 0 done, 1 could not be done, 2 cannot be meant. */
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
      "Speech, pictures and short films from text, made several tokens a pass: draft cheaply, verify in one pass, same output faster.",
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

  speakOptions(program.command("speak"))
    .summary("say a text")
    .description(
      "Says a text: of the arguments, of a file, or of standard input, a line at a time as lines arrive.",
    )
    .argument("[text...]", "what to say")
    .addHelpText("after", SPEAK_EXAMPLES)
    .action((words, flags) => speakCommand(words, flags, host));

  drawOptions(program.command("draw"))
    .summary("draw a picture")
    .description(
      "Draws what the words say: of the arguments, of a file with a prompt a line, or of standard input. Pictures carry what made them, see --again.",
    )
    .argument("[prompt...]", "what to draw")
    .addHelpText("after", DRAW_EXAMPLES)
    .action(async (words, flags) => (await import("./draw/command.js")).drawCommand(words, flags, host));

  animateOptions(program.command("animate"))
    .summary("make a short film")
    .description(
      "Films what the words say, a thing (or two) and a motion: of the arguments, of a file with a prompt a line, or of standard input.",
    )
    .argument("[prompt...]", "what moves, and how")
    .addHelpText("after", ANIMATE_EXAMPLES)
    .action(async (words, flags) =>
      (await import("./animate/command.js")).animateCommand(words, flags, host),
    );

  const encode = program.command("encode").argument("<sound>", "a .wav file, or anything that ffmpeg reads");
  voiceOptions(encode)
    .summary("turn recorded sound into units")
    .description("Turns sound of a voice into its units, as JSON. Other speakers are not understood.")
    .option("-o, --output <file>", "where the units go (default: standard output)")
    .option("-q, --quiet", "nothing but errors")
    .addHelpText(
      "after",
      "\nExample:\n  foretoken encode me.wav -o me.json && foretoken decode me.json -o again.wav\n",
    )
    .action(async (sound, flags) => (await import("./units/command.js")).encodeCommand(sound, flags, host));

  const decode = program.command("decode").argument("<units>", "a file of units, - for standard input");
  voiceOptions(outputOptions(decode))
    .summary("turn units back into sound")
    .description("Turns units back into sound, in the voice that they were made for.")
    .option("-q, --quiet", "nothing but errors")
    .addHelpText("after", "\nExample:\n  foretoken decode me.json -o again.wav\n")
    .action(async (units, flags) => (await import("./units/command.js")).decodeCommand(units, flags, host));

  for (const command of program.commands)
    command.helpOption("-h, --help", "this help").showHelpAfterError(false);
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
    return `${line}; to say a text: foretoken speak "...", to draw a picture: foretoken draw "...", to make a film: foretoken animate "..."`;
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
`;

const SPEAK_EXAMPLES = `
Examples:
  foretoken speak "The library closes early on Thursdays."      play it
  foretoken speak "Hello there." -o hello.wav                   write a file
  foretoken speak -f book.txt -o book.mp3 --stats               a long text, with figures
  tail -f log.txt | foretoken speak --play                      lines as they arrive
  foretoken speak "Hi." --output-raw | aplay -r 22050 -f S16_LE samples to another program
  foretoken speak "Is it really the same?" --compare            with and without speculation

Exit codes: 0 done, 1 it could not be done, 2 it cannot be meant that way, 130 interrupted.
`;
