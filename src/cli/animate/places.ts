import { usage } from "../../core/errors.js";
import { isPattern, numbered } from "../../files/films/formats.js";
import { LONGEST_STRIP, linesOf } from "../../files/films/strip.js";
import { type FilmMaker, FOR_FILMS, filmMaker } from "../../files/films/write.js";
import { hasAlpha, pictureFormatOf } from "../../files/pictures/formats.js";
import type { AnimateFlags } from "../flags.js";
import type { Host } from "../host.js";
import { checkPlaces, type Entry, suffixed } from "../places.js";

export type FileKind = "output" | "rounds" | "tokens";

/** Files that clips go to. */
export interface Places {
  /** True: standard output carries a film, and nothing else may go there. */
  readonly usesStdout: boolean;
  /** What makes the films that were asked for. */
  readonly makers: { readonly output?: FilmMaker; readonly rounds?: FilmMaker };
  /** A clip's file of a kind, where that kind is asked for; `-` is standard output. */
  fileOf(kind: FileKind, entry: Entry): string | undefined;
}

/**
 * Decides where clips go, and makes sure that they can go there.
 *
 * @param frames of each clip
 * @throws usage errors for what cannot be meant, failures for what cannot be written, or not without ffmpeg
 */
export async function choosePlaces(
  flags: AnimateFlags,
  entries: readonly Entry[],
  frames: number,
  host: Host,
): Promise<Places> {
  const { output, rounds, strip } = flags;
  const usesStdout = output === "-";
  if (usesStdout) checkStdout(entries, host);
  if (strip !== undefined) checkStrip(strip, entries, frames);
  const makers = {
    output: output === undefined ? undefined : filmMaker(output, host),
    rounds: rounds === undefined ? undefined : filmMaker(rounds, host),
  };
  checkLoop(flags, makers.output);

  const fileOf: Places["fileOf"] = (kind, { suffix }) => {
    const path = flags[kind];
    return path === undefined || path === "-" ? path : suffixed(path, suffix);
  };
  const files = (option: string, kind: FileKind) => ({
    option,
    paths: entries.flatMap((entry) => {
      const path = fileOf(kind, entry);
      return path === undefined || path === "-" ? [] : [isPattern(path) ? numbered(path, 1) : path];
    }),
  });
  const wishes = [files("-o", "output"), files("--rounds", "rounds"), files("--tokens", "tokens")];
  const last = { option: "--strip", paths: strip === undefined ? [] : [strip] };
  await checkPlaces([...wishes, last], FOR_FILMS);
  return { usesStdout, makers, fileOf };
}

function checkStdout(entries: readonly Entry[], { stdout }: Host): void {
  if (stdout.isTTY)
    throw usage("a film would only garble the terminal: redirect it (-o - > cat.webp) or pipe it on");
  if (entries.length > 1)
    throw usage(`-o - takes one film, and there are ${entries.length}: give a file, or use --strip`);
}

function checkStrip(strip: string, entries: readonly Entry[], frames: number): void {
  pictureFormatOf(strip);
  const lines = entries.length * linesOf(frames);
  if (lines > LONGEST_STRIP)
    throw usage(`--strip holds ${LONGEST_STRIP} rows of frames at most, and there are ${lines}: use -o`);
}

function checkLoop({ output, loop }: AnimateFlags, maker: FilmMaker | undefined): void {
  if (loop === undefined) return;
  if (!maker) throw usage("--loop needs a film to be shown so often: name one with -o");
  if (maker.format === undefined)
    throw usage(`--loop does not go with ${output}: single frames do not repeat`);
  if (loop === 0 && !maker.repeats)
    throw usage(`${output} cannot say that it goes on for ever: give --loop 1 or more, or write a .webp`);
}

/** @throws a usage error for files that cannot be transparent */
export function checkClear({ output, rounds, strip }: AnimateFlags, { makers }: Places): void {
  const films = [
    [output, makers.output],
    [rounds, makers.rounds],
  ] as const;
  for (const [path, maker] of films) {
    if (maker && !maker.hasAlpha)
      throw usage(`${path} cannot be transparent: write a .webp, .gif, .apng or .webm, or .png frames`);
  }
  if (strip !== undefined && !hasAlpha(pictureFormatOf(strip)))
    throw usage(`${strip} cannot be transparent, as no JPEG can: write a .png, .webp or .avif`);
}
