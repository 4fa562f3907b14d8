import type { Command } from "commander";
import { PICTURE_FORMATS } from "../../files/pictures/formats.js";
import { DEFAULT_IMAGE_MODEL, IMAGE_DRAFTERS, IMAGE_VERIFIERS } from "../../image/names.js";
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
import { number, sides } from "../parse.js";

/** Guesses a pass where the verifier lets them shape the picture: a number that no clock decides, or no two runs would agree. */
export const FIXED_DRAFT_LENGTH = 16;

const KINDS = PICTURE_FORMATS.filter((format) => format !== "jpeg").map((format) => `.${format}`);

const DRAWING = ["file", "style", "count", "seed", "temperature", "guidance", "progressive", "tokens"];
const SPECULATING = ["drafter", "verifier", "relax", "draftLength", "plain", "compare", "stats", "json"];

export function drawOptions(command: Command): Command {
  add(command, "Prompt:", [
    flag("-f, --file <file>", "prompts from a file, one a line, - for standard input"),
    flag("--style <name>", "how it is drawn (default: by words of the prompt, else the model's own)"),
    flag("--list-styles", "say which styles there are"),
  ]);
  add(command, "Output (at least one; several pictures are numbered: cat-1.png, cat-2.png, ...):", [
    outputOption(`a file: ${KINDS.join(" ")}; - for a PNG on standard output`),
    value("-n, --count <n>", "so many pictures of each prompt, 1 to 100 (default: 1)", number(1, 100, true)),
    flag("--sheet <file>", "all pictures on one sheet, with their prompts"),
    flag(
      "--progressive <file>",
      "a file that grows row by row while the picture is drawn; a .webp shows every round: what stands, and tinted what was only guessed (green if it came to stand, red if not)",
    ),
    flag("--tokens <file>", "the picture's tokens as JSON, for --from-tokens"),
  ]);
  add(command, "Picture:", [
    flag("--model <name>", `a model, or the folder of its model.json (default: ${DEFAULT_IMAGE_MODEL})`),
    deviceOption(),
    seedOption("another picture of the same words (default: 0)"),
    value(
      "--temperature <t>",
      "0: always the likeliest token, more: bolder (default: the model's own)",
      number(0, 100),
    ),
    value(
      "--guidance <x>",
      "closer to the words, at twice the work: 1 (off) to 20 (default: 1)",
      number(1, 20),
    ),
    value(
      "--size <pixels>",
      "512, or 640x480: width and height, 16 to 4096 (default: the model's)",
      sides(16, 4096),
    ),
    flag("--background <colour>", "in place of the white around things: a CSS colour, #hex, or transparent"),
  ]);
  add(command, "From what was drawn before, or any picture:", [
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
      ...DRAWING,
      ...SPECULATING,
      "again",
      "keep",
      "vary",
    ]),
  ]);
  const relaxed = Object.entries(IMAGE_VERIFIERS).map(([name, what]) => `${name} (${what})`);
  const speculation = speculationOptions(
    {
      drafters: IMAGE_DRAFTERS,
      bestDrafter: "the model's best",
      verifiers: Object.keys(IMAGE_VERIFIERS),
      checks: relaxed.join(", "),
      most: 128,
      length: `as many as pay here; ${FIXED_DRAFT_LENGTH} unless --verifier is identical`,
      token: "token",
      make: "draw",
    },
    {
      relax: value(
        "--relax <x>",
        "0 upwards: faster for a picture a little other than --plain's; alone it means --verifier nearest",
        number(0, Number.MAX_SAFE_INTEGER),
      ),
      notCompared: ["progressive"],
    },
  );
  return add(add(command, SPECULATION, speculation), REPORTS, reportOptions("token", "the picture"));
}

export const DRAW_EXAMPLES = `
Examples:
  foretoken draw "a smiling orange cat" -o cat.png              one picture
  foretoken draw "red apple" -n 9 --sheet apples.png            nine, on one sheet
  foretoken draw "rocket" --style flat --background transparent --size 512 -o rocket.webp
  foretoken draw -f prompts.txt -o icon.png                     icon-1.png for line 1, icon-2.png, ...
  foretoken draw "owl" -o owl.png --progressive owl.webp        watch it being guessed and checked
  foretoken draw --again owl.png --style noto -o other.png      the same, in another style
  foretoken draw "blue house" --from house.jpg --keep 8 -o h.png  the upper half stays
  foretoken draw "ghost" --compare                              with and without speculation

Exit codes: 0 done, 1 it could not be done, 2 it cannot be meant that way, 130 interrupted.
`;
