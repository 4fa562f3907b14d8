import { usage } from "../../core/errors.js";
import type { AnimateFlags } from "../flags.js";

/** @throws usage errors for options that make no sense together, before anything is loaded */
export function checkFlags(words: readonly string[], flags: AnimateFlags): void {
  const { output, strip, rounds, tokens, fromTokens } = flags;
  const places = [output, strip, rounds, tokens];
  if (places.every((place) => place === undefined) && !flags.compare)
    throw usage("where should the film go? Name a file with -o FILE, such as -o apple.mp4 or -o apple.webp");
  if (tokens === "-") throw usage("--tokens needs a file: standard output is for the film, with -o -");
  if (fromTokens !== undefined && words.length)
    throw usage("--from-tokens takes no prompt: the tokens are the film");
}
