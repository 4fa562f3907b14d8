import { type Command, Option } from "commander";
import type { Verifier } from "../core/types.js";
import { DEVICES } from "../runtime/device.js";
import { DEFAULT_VOICE, SPEECH_DRAFTERS } from "../speech/names.js";
import * as verifiers from "../verifiers/index.js";
import { FORMATS } from "./output/index.js";
import { PLAYER_NAMES } from "./output/player.js";
import { number, oneOf } from "./parse.js";

export const VERIFIERS: Readonly<Record<string, () => Verifier>> = verifiers;

const OUTPUT = "Output (without any of these: played, if there is a player):";
const VOICES = "Voice:";
const SPECULATION = "Speculation:";
const REPORTS = "Reports:";

const flag = (flags: string, description: string, conflicts: readonly string[] = []) =>
  new Option(flags, description).conflicts([...conflicts]);

const value = (flags: string, description: string, parse: (text: string) => unknown) =>
  new Option(flags, description).argParser(parse);

function add(command: Command, group: string, options: readonly Option[]): Command {
  for (const option of options) command.addOption(option.helpGroup(group));
  return command;
}

export function outputOptions(command: Command): Command {
  const kinds = FORMATS.map((format) => `.${format}`).join(" ");
  return add(command, OUTPUT, [
    flag("-o, --output <file>", `a file: ${kinds} (all but .wav by ffmpeg); - is --output-raw`),
    flag("--output-raw", "samples to standard output as they are made: 16 bits, mono, little-endian", [
      "output",
    ]),
    flag("--play", `to the loudspeaker, by ${PLAYER_NAMES.join(", ")}`, ["output", "outputRaw"]),
  ]);
}

export const voiceOptions = (command: Command) =>
  add(command, VOICES, [
    flag("--voice <name>", `who speaks (default: ${DEFAULT_VOICE})`, ["model"]),
    flag("--model <folder>", "a voice by the folder of its model.json"),
    value("--device <name>", `${DEVICES.join(" or ")} (default: ${DEVICES[0]})`, oneOf(DEVICES)),
  ]);

export function speakOptions(command: Command): Command {
  add(command, "Text:", [flag("-f, --file <file>", "read the text from a file, - for standard input")]);
  add(outputOptions(command), OUTPUT, [
    flag("--output-dir <folder>", "a file a line of text: 0001.wav, 0002.wav, ...", [
      "output",
      "outputRaw",
      "play",
    ]),
    value("--format <name>", `of those files: ${FORMATS.join(", ")} (default: wav)`, oneOf(FORMATS)),
  ]);
  add(voiceOptions(command), VOICES, [
    flag("--list-voices", "say which voices there are"),
    value("--speed <x>", "0.5 (slow) to 2 (fast), at the same pitch (default: 1)", number(0.5, 2)),
    value(
      "--seed <n>",
      "the same words said a little otherwise (default: 0)",
      number(0, Number.MAX_SAFE_INTEGER, true),
    ),
    value("--temperature <t>", "0: always the likeliest unit (default: the voice's own)", number(0, 100)),
  ]);
  return add(add(command, SPECULATION, speculation()), REPORTS, [
    flag("--stats", "a table on standard error: units a pass, acceptance by depth, time by part", [
      "json",
      "compare",
    ]),
    flag("--json", "the same as a JSON object, on standard output unless sound goes there"),
    flag("-q, --quiet", "nothing but errors and what was asked for"),
  ]);
}

function speculation(): Option[] {
  const drafters = Object.entries(SPEECH_DRAFTERS).map(([name, what]) => `${name} (${what})`);
  const checks = "identical (the units are those of --plain), rejection or block (the chances are)";
  return [
    value(
      "--drafter <name>",
      `${drafters.join(", ")} (default: the voice's best)`,
      oneOf(Object.keys(SPEECH_DRAFTERS)),
    ),
    value("--verifier <name>", `${checks} (default: identical)`, oneOf(Object.keys(VERIFIERS))),
    value(
      "--draft-length <n>",
      "guesses a pass, 0 to 64 (default: as many as pay here)",
      number(0, 64, true),
    ),
    flag("--plain", "no guesses: one unit a pass", ["drafter", "draftLength", "verifier", "compare"]),
    flag("--compare", "say it with and without guesses, check that the units agree, print both times", [
      "outputDir",
    ]),
  ];
}
