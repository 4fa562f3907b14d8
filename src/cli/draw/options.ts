import { PICTURE_FORMATS } from "../../files/pictures/formats.js";
import { DEFAULT_IMAGE_MODEL, IMAGE_DRAFTERS, IMAGE_VERIFIERS } from "../../image/names.js";
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
  sizeOption,
  value,
} from "../options.js";

/** Guesses a pass where the verifier lets them shape the picture: a number that no clock decides, or no two runs would agree. */
export const FIXED_DRAFT_LENGTH = 16;

const KINDS = PICTURE_FORMATS.filter((format) => format !== "jpeg").map((format) => `.${format}`);

export const DRAW = define({
  name: "draw",
  argument: ["[prompt...]", "what to draw"],
  summary: "draw a picture",
  description:
    "Draws what the words say: of the arguments, of a file with a prompt a line, or of standard input. Pictures carry what made them, see --again.",
  options: {
    "Prompt:": promptOptions("how it is drawn"),
    "Output (at least one; several pictures are numbered: cat-1.png, cat-2.png, ...):": [
      outputOption(`a file: ${KINDS.join(" ")}; - for a PNG on standard output`),
      countOption("pictures of"),
      flag("--sheet <file>", "all pictures on one sheet, with their prompts"),
      flag(
        "--progressive <file>",
        "a file that grows row by row while the picture is drawn; a .webp shows every round: what stands, and tinted what was only guessed (green if it came to stand, red if not)",
      ),
      flag("--tokens <file>", "the picture's tokens as JSON, for --from-tokens"),
    ],
    "Picture:": [
      ...modelOptions(DEFAULT_IMAGE_MODEL, "another picture of the same words (default: 0)"),
      value(
        "--guidance <x>",
        "closer to the words, at twice the work: 1 (off) to 20 (default: 1)",
        number(1, 20),
      ),
      sizeOption(),
      flag(
        "--background <colour>",
        "in place of the white around things: a CSS colour, #hex, or transparent",
      ),
    ],
    "From what was drawn before, or any picture:": [
      flag(
        "--again <file>",
        "draw a picture of ours again, by what it says of itself; other options override that",
      ),
      flag("--from <picture>", "go on from this picture, with --keep or --vary; a prompt is not needed", [
        "again",
        "fromTokens",
      ]),
      value("--keep <rows>", "keep its first rows of tokens, draw the rest", number(0, 1000, true), ["vary"]),
      value("--vary <strength>", "draw a share of its tokens anew: 0 (none) to 1 (all)", number(0, 1)),
      flag("--from-tokens <file>", "turn tokens that --tokens saved back into their picture", [
        ...MAKING,
        "guidance",
        "progressive",
        "again",
        "keep",
        "vary",
      ]),
    ],
    ...makingOptions({
      drafters: IMAGE_DRAFTERS,
      verifiers: IMAGE_VERIFIERS,
      owner: "the model's",
      most: 128,
      length: `as many as pay here; ${FIXED_DRAFT_LENGTH} unless --verifier is identical`,
      token: "token",
      make: "draw",
      medium: "the picture",
      notCompared: ["progressive"],
      more: [
        value(
          "--relax <x>",
          "0 upwards: faster for a picture a little other than --plain's; alone it means --verifier nearest",
          number(0, Number.MAX_SAFE_INTEGER),
        ),
      ],
    }),
  },
  examples: `
Examples:
  foretoken draw "a smiling orange cat" -o cat.png              one picture
  foretoken draw "red apple" -n 9 --sheet apples.png            nine, on one sheet
  foretoken draw "rocket" --style flat --background transparent --size 512 -o rocket.webp
  foretoken draw -f prompts.txt -o icon.png                     icon-1.png for line 1, icon-2.png, ...
  foretoken draw "owl" -o owl.png --progressive owl.webp        watch it being guessed and checked
  foretoken draw --again owl.png --style noto -o other.png      the same, in another style
  foretoken draw "blue house" --from house.jpg --keep 8 -o h.png  the upper half stays
  foretoken draw "ghost" --compare                              with and without speculation

${EXIT_CODES}`,
});

export type DrawFlags = Flags<typeof DRAW.options>;
