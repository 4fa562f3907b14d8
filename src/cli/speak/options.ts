import type { Command } from "commander";
import { SOUND_FORMATS } from "../../files/sound/write.js";
import { DEFAULT_VOICE, SPEECH_DRAFTERS } from "../../speech/names.js";
import { LOSSLESS } from "../../verifiers/named.js";
import {
  add,
  deviceOption,
  flag,
  outputOption,
  REPORTS,
  reportOptions,
  SPECULATION,
  seedOption,
  speculationOptions,
  value,
} from "../option-parts.js";
import { number, oneOf } from "../parse.js";
import { PLAYER_NAMES } from "./player.js";

const OUTPUT = "Output (without any of these: played, if there is a player):";
const VOICES = "Voice:";

export function outputOptions(command: Command): Command {
  const kinds = SOUND_FORMATS.map((format) => `.${format}`).join(" ");
  return add(command, OUTPUT, [
    outputOption(`a file: ${kinds} (all but .wav by ffmpeg); - is --output-raw`),
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
    deviceOption(),
  ]);

export function speakOptions(command: Command): Command {
  add(command, "Text:", [flag("-f, --file <file>", "read the text from a file, - for standard input")]);
  add(outputOptions(command), OUTPUT, [
    flag("--output-dir <folder>", "a file a line of text: 0001.wav, 0002.wav, ...", [
      "output",
      "outputRaw",
      "play",
    ]),
    value(
      "--format <name>",
      `of those files: ${SOUND_FORMATS.join(", ")} (default: wav)`,
      oneOf(SOUND_FORMATS),
    ),
  ]);
  add(voiceOptions(command), VOICES, [
    flag("--list-voices", "say which voices there are"),
    value("--speed <x>", "0.5 (slow) to 2 (fast), at the same pitch (default: 1)", number(0.5, 2)),
    seedOption("the same words said a little otherwise (default: 0)"),
    value("--temperature <t>", "0: always the likeliest unit (default: the voice's own)", number(0, 100)),
  ]);
  const speculation = speculationOptions(
    {
      drafters: SPEECH_DRAFTERS,
      bestDrafter: "the voice's best",
      verifiers: Object.keys(LOSSLESS),
      checks: "identical (the units are those of --plain), rejection or block (the chances are)",
      most: 64,
      length: "as many as pay here",
      token: "unit",
      make: "say it",
    },
    { notCompared: ["outputDir"] },
  );
  return add(add(command, SPECULATION, speculation), REPORTS, reportOptions("unit", "sound"));
}
