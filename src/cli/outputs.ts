import { extname } from "node:path";
import { usage } from "../core/errors.js";
import { hasAlpha, pictureFormatOf } from "../files/pictures/formats.js";
import { checkPlace, placeOf, type WayOut } from "../files/place.js";
import type { Host } from "./host.js";

/** For what -o takes as a file's name, or as - for standard output. */
export const OR_STDOUT: WayOut = { folder: "name a file in it", special: "use -o - >" };

/** What the files of a picture or clip are named by, and what is written under it. */
export interface Entry {
  /** Behind the name of each of its files: "", or "-2". */
  readonly suffix: string;
  readonly caption: string;
}

/** Where there is only one. */
export const ALONE: Entry = { suffix: "", caption: "" };

/** Things that go into files, and the options that name those. */
export interface Kind<Option extends string> {
  readonly noun: string;
  /** Of -o, for messages. */
  readonly example: string;
  readonly piped: string;
  /** Files of each thing. */
  readonly each: readonly Option[];
  /** A file for all of them together. */
  readonly together: Option;
}

type Paths<Option extends string> = { readonly [Name in Option]?: string };

/** @throws usage errors for options that make no sense together, before anything is loaded */
export function checkOutputs<Option extends string>(
  words: readonly string[],
  flags: Paths<NoInfer<Option>> & {
    readonly tokens?: string;
    readonly fromTokens?: string;
    readonly compare?: boolean;
  },
  { noun, example, each, together }: Kind<Option>,
): void {
  if ([...each, together].every((option) => flags[option] === undefined) && !flags.compare)
    throw usage(`where should the ${noun} go? Name a file with -o FILE, such as ${example}`);
  if (flags.tokens === "-")
    throw usage(`--tokens needs a file: standard output is for the ${noun}, with -o -`);
  if (flags.fromTokens !== undefined && words.length)
    throw usage(`--from-tokens takes no prompt: the tokens are the ${noun}`);
}

/** @throws a usage error for a picture that cannot be transparent */
export function checkAlpha(path: string): void {
  if (!hasAlpha(pictureFormatOf(path)))
    throw usage(`${path} cannot be transparent, as no JPEG can: write a .png, .webp or .avif`);
}

/** Whether one goes to standard output. @throws usage errors where that cannot be */
export function toStdout(
  output: string | undefined,
  entries: readonly Entry[],
  { noun, piped, together }: Kind<string>,
  { stdout }: Host,
): boolean {
  if (output !== "-") return false;
  if (stdout.isTTY)
    throw usage(`a ${noun} would only garble the terminal: redirect it (-o - > ${piped}) or pipe it on`);
  if (entries.length > 1)
    throw usage(`-o - takes one ${noun}, and there are ${entries.length}: give a file, or use --${together}`);
  return true;
}

/** The file of one of several, unless it is none or standard output: cat.png -> cat-2.png */
export function fileOf(path: string | undefined, { suffix }: Entry): string | undefined {
  if (path === undefined || path === "-") return undefined;
  const ending = extname(path);
  return `${path.slice(0, path.length - ending.length)}${suffix}${ending}`;
}

/**
 * @param written what is written first where a file of its own is asked for
 * @throws an error unless every file can be written and no two are the same
 */
export async function checkPlaces<Option extends string>(
  flags: Paths<NoInfer<Option>>,
  entries: readonly Entry[],
  { each, together }: Kind<Option>,
  written = (path: string) => path,
): Promise<void> {
  const taken = new Map<string, string>();
  const filesOf = (option: Option, of: readonly Entry[]) =>
    of.flatMap((entry) => fileOf(flags[option], entry) ?? []);
  for (const name of [...each, together]) {
    const option = name === "output" ? "-o" : `--${name}`;
    const paths = name === together ? filesOf(name, [ALONE]) : filesOf(name, entries).map(written);
    for (const path of paths) {
      const place = await placeOf(path, OR_STDOUT);
      const other = taken.get(place);
      if (other !== undefined)
        throw usage(`${other} and ${option} both want to write ${path}: name two files`);
      taken.set(place, option);
    }
    if (paths.length) await checkPlace(paths[0], OR_STDOUT);
  }
}
