import { FILM_FORMATS } from "../../files/films/formats.js";
import {
  DEFAULT_VIDEO_MODEL,
  LONGEST_DRAFT,
  MOST_FRAMES,
  VIDEO_DRAFTERS,
  VIDEO_VERIFIERS,
} from "../../video/names.js";
import {
  countOption,
  define,
  EXIT_CODES,
  type Flags,
  flag,
  MAKING,
  makingOptions,
  modelOptions,
  number,
  outputOption,
  promptOptions,
  rate,
  sizeOption,
  value,
} from "../options.js";

/** Guesses a pass where the verifier lets them shape the film. */
export const FIXED_DRAFT_LENGTH = 32;

const KINDS = FILM_FORMATS.filter((format) => format !== "png").map((format) => `.${format}`);

export const ANIMATE = define({
  name: "animate",
  argument: ["[prompt...]", "what moves, and how"],
  summary: "make a short film",
  description:
    "Films what the words say, a thing (or two) and a motion: of the arguments, of a file with a prompt a line, or of standard input.",
  options: {
    "Prompt:": [...promptOptions("how it looks"), flag("--list-motions", "say which motions there are")],
    "Output (at least one; several clips are numbered: cat-1.mp4, cat-2.mp4, ...):": [
      outputOption(
        `a film: ${KINDS.join(" ")}; 'cat-%03d.png' for single frames; - for a WebP on standard output`,
      ),
      countOption("clips of"),
      flag("--strip <file>", "a picture with the frames side by side, a row a clip, with their prompts"),
      flag(
        "--rounds <film>",
        "how it was made: a frame a round, what is guessed tinted (amber: still open, green: stands, red: fell), then the clip",
      ),
      flag("--tokens <file>", "the clip's tokens as JSON, for --from-tokens and --continue"),
    ],
    "Film:": [
      value(
        "--frames <n>",
        `1 to ${MOST_FRAMES}; beyond a clip of the model it goes on from its own frames (default: 16)`,
        number(1, MOST_FRAMES, true),
      ),
      value("--fps <n>", "frames a second, 1 to 60, or 30000/1001 (default: the model's, 12)", rate(1, 60)),
      sizeOption(),
      value(
        "--loop <n>",
        "shown so many times; 0: for ever, where the file can say so (default: 0 for .gif .webp .apng, else 1)",
        number(0, 1000, true),
      ),
      flag(
        "--background <what>",
        "a colour (CSS name or #hex), a picture file, transparent, or a ground of the model (default: what the prompt says)",
      ),
    ],
    "Model:": [
      ...modelOptions(DEFAULT_VIDEO_MODEL, "another clip of the same words (default: 0)"),
      value(
        "--recall <share>",
        "how much the model's memory of what things look like is believed: 0 (not at all) to 0.999 (default: the model's own)",
        number(0, 0.999),
      ),
    ],
    "From pictures and films:": [
      flag(
        "--from <picture>",
        "move the thing in this picture: transparent around it, or on a plain ground",
        ["continue", "fromTokens"],
      ),
      flag(
        "--continue <film>",
        "film what comes next: of any film, or of tokens that --tokens saved (.json); a prompt is not needed",
        ["fromTokens"],
      ),
      flag("--from-tokens <file>", "turn tokens that --tokens saved back into their film", [
        ...MAKING,
        "frames",
        "recall",
        "rounds",
      ]),
    ],
    ...makingOptions({
      drafters: VIDEO_DRAFTERS,
      verifiers: VIDEO_VERIFIERS,
      owner: "the model's",
      most: LONGEST_DRAFT,
      length: `as many as pay here; ${FIXED_DRAFT_LENGTH} unless --verifier is identical`,
      token: "token",
      make: "make it",
      medium: "the film",
      notCompared: ["rounds"],
    }),
  },
  examples: `
Examples:
  foretoken animate "a red apple bounces on blue" -o apple.mp4      a film
  foretoken animate "cat spins" -o cat.webp                         one that needs no ffmpeg
  foretoken animate "rocket flies up" --background transparent -o rocket.gif
  foretoken animate "cat meets dog" --size 512 --loop 3 -o cat.mp4  larger, three times over
  foretoken animate -f prompts.txt --strip strip.png                a row of frames a prompt
  foretoken animate --from cat.png "it swings" -o swing.webp        a picture of your own moves
  foretoken animate --continue swing.webp -o more.webp              what comes next
  foretoken animate "ball bounces" --rounds rounds.webp             watch it being guessed and checked
  foretoken animate "ball bounces" --compare                        with and without speculation

Films in .mp4, .webm and .mov are written by ffmpeg: install it, or npm install @ffmpeg-installer/ffmpeg.

${EXIT_CODES}`,
});

export type AnimateFlags = Flags<typeof ANIMATE.options>;
