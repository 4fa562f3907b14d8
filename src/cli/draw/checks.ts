import { usage } from "../../core/errors.js";
import type { DrawFlags } from "../flags.js";
import { judging, type Recipe } from "./recipe.js";

/** What can be judged of the options before a model is loaded. */

/** @throws usage errors for options that make no sense together */
export function checkFlags(words: readonly string[], flags: DrawFlags): void {
  const { output, sheet, progressive, tokens, again, from, keep, vary } = flags;
  const places = [output, sheet, progressive, tokens];
  if (places.every((place) => place === undefined) && !flags.compare)
    throw usage("where should the picture go? Name a file with -o FILE, such as -o cat.png");
  if (tokens === "-") throw usage("--tokens needs a file: standard output is for the picture, with -o -");
  if (flags.fromTokens !== undefined && words.length)
    throw usage("--from-tokens takes no prompt: the tokens are the picture");
  if (from !== undefined && keep === undefined && vary === undefined)
    throw usage("--from needs --keep ROWS or --vary STRENGTH: how much of the picture should stay?");
  const share = keep === undefined ? "--vary" : "--keep";
  if (from === undefined && again === undefined && (keep ?? vary) !== undefined)
    throw usage(`${share} needs --from PICTURE: of which picture?`);
  if (again === undefined) judging(flags);
}

/** @throws usage errors for options that do not go with the picture that is drawn again */
export function checkBase(flags: DrawFlags, base: Recipe | undefined): void {
  if (!base) return;
  judging(flags, base);
  if (!base.from && (flags.keep ?? flags.vary) !== undefined)
    throw usage(`${flags.again} was drawn from words alone: --keep and --vary need --from PICTURE`);
}

/** @throws a usage error where nothing would be left to draw */
export function checkKeep(keep: number | undefined, { rows }: { readonly rows: number }): void {
  if (keep !== undefined && keep >= rows)
    throw usage(`--keep ${keep} leaves nothing to draw: a picture has ${rows} rows, give 0 to ${rows - 1}`);
}
