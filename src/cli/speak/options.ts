import { SOUND_FORMATS } from "../../files/sound/write.js";
import { DEFAULT_VOICE, SPEECH_DRAFTERS } from "../../speech/names.js";
import { LOSSLESS } from "../../verifiers/named.js";
import {
  define,
  deviceOption,
  EXIT_CODES,
  type Flags,
  flag,
  makingOptions,
  number,
  oneOf,
  outputOption,
  seedOption,
  temperatureOption,
  value,
} from "../options.js";
import { PLAYER_NAMES } from "./player.js";

const OUTPUT = "Output (without any of these: played, if there is a player):";
const VOICE = "Voice:";

const outputOptions = [
  outputOption(
    `a file: ${SOUND_FORMATS.map((format) => `.${format}`).join(" ")} (all but .wav by ffmpeg); - is --output-raw`,
  ),
  flag("--output-raw", "samples to standard output as they are made: 16 bits, mono, little-endian", [
    "output",
  ]),
  flag("--play", `to the loudspeaker, by ${PLAYER_NAMES.join(", ")}`, ["output", "outputRaw"]),
];

const voiceOptions = [
  flag("--voice <name>", `who speaks (default: ${DEFAULT_VOICE})`, ["model"]),
  flag("--model <folder>", "a voice by the folder of its model.json"),
  deviceOption(),
];

export const SPEAK = define({
  name: "speak",
  argument: ["[text...]", "what to say"],
  summary: "say a text",
  description:
    "Says a text: of the arguments, of a file, or of standard input, a line at a time as lines arrive.",
  options: {
    "Text:": [flag("-f, --file <file>", "read the text from a file, - for standard input")],
    [OUTPUT]: [
      ...outputOptions,
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
    ],
    [VOICE]: [
      ...voiceOptions,
      flag("--list-voices", "say which voices there are"),
      value("--speed <x>", "0.5 (slow) to 2 (fast), at the same pitch (default: 1)", number(0.5, 2)),
      seedOption("the same words said a little otherwise (default: 0)"),
      temperatureOption("0: always the likeliest unit (default: the voice's own)"),
    ],
    ...makingOptions({
      drafters: SPEECH_DRAFTERS,
      verifiers: LOSSLESS,
      checks: "identical (the units are those of --plain), rejection or block (the chances are)",
      owner: "the voice's",
      most: 64,
      length: "as many as pay here",
      token: "unit",
      make: "say it",
      medium: "sound",
      notCompared: ["outputDir"],
    }),
  },
  examples: `
Examples:
  foretoken speak "The library closes early on Thursdays."      play it
  foretoken speak "Hello there." -o hello.wav                   write a file
  foretoken speak -f book.txt -o book.mp3 --stats               a long text, with figures
  tail -f log.txt | foretoken speak --play                      lines as they arrive
  foretoken speak "Hi." --output-raw | aplay -r 22050 -f S16_LE samples to another program
  foretoken speak "Is it really the same?" --compare            with and without speculation

${EXIT_CODES}`,
});

export type SpeakFlags = Flags<typeof SPEAK.options>;

const quiet = flag("-q, --quiet", "nothing but errors");

export const ENCODE = define({
  name: "encode",
  argument: ["<sound>", "a .wav file, or anything that ffmpeg reads"],
  summary: "turn recorded sound into units",
  description: "Turns sound of a voice into its units, as JSON. Other speakers are not understood.",
  options: {
    [VOICE]: voiceOptions,
    "Options:": [flag("-o, --output <file>", "where the units go (default: standard output)"), quiet],
  },
  examples: "\nExample:\n  foretoken encode me.wav -o me.json && foretoken decode me.json -o again.wav\n",
});

export type EncodeFlags = Flags<typeof ENCODE.options>;

export const DECODE = define({
  name: "decode",
  argument: ["<units>", "a file of units, - for standard input"],
  summary: "turn units back into sound",
  description: "Turns units back into sound, in the voice that they were made for.",
  options: { [OUTPUT]: outputOptions, [VOICE]: voiceOptions, "Options:": [quiet] },
  examples: "\nExample:\n  foretoken decode me.json -o again.wav\n",
});

export type DecodeFlags = Flags<typeof DECODE.options>;
