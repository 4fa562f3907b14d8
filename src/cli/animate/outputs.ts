import { usage } from "../../core/errors.js";
import { chooseBackdrop } from "../../files/films/backdrop.js";
import { createCompositor } from "../../files/films/compositor.js";
import { isPattern, numbered, sidesFor } from "../../files/films/formats.js";
import { filmStrip, LONGEST_STRIP, linesOf, type StripRow } from "../../files/films/strip.js";
import { type FilmMaker, filmMaker } from "../../files/films/write.js";
import { pictureFormatOf } from "../../files/pictures/formats.js";
import type { Raster } from "../../files/pictures/pixels.js";
import { encodeSheet } from "../../files/pictures/write.js";
import { writeWhole } from "../../files/place.js";
import type { VideoManifest } from "../../video/manifest.js";
import type { VideoTokens } from "../../video/tokens.js";
import type { Host, Talk, VideoLibrary } from "../host.js";
import { checkAlpha, checkPlaces, type Entry, fileOf, type Kind, OR_STDOUT, toStdout } from "../outputs.js";
import { type ClipSink, createClipSink } from "./clip.js";
import type { AnimateFlags } from "./options.js";
import { createRounds } from "./rounds.js";

export const FILMS: Kind<"output" | "rounds" | "tokens" | "strip"> = {
  noun: "film",
  example: "-o apple.mp4 or -o apple.webp",
  piped: "cat.webp",
  each: ["output", "rounds", "tokens"],
  together: "strip",
};

/** What makes the films that were asked for. */
interface Makers {
  readonly output?: FilmMaker;
  readonly rounds?: FilmMaker;
}

/**
 * Decides where clips go, and makes sure that they can go there.
 *
 * @param frames of each clip
 * @throws usage errors for a wrong name or ending, failures for what cannot be written, or not without ffmpeg
 */
export async function choosePlaces(
  flags: AnimateFlags,
  entries: readonly Entry[],
  frames: number,
  host: Host,
) {
  const { output, rounds, strip } = flags;
  const usesStdout = toStdout(output, entries, FILMS, host);
  if (strip !== undefined) checkStrip(strip, entries, frames);
  const makers: Makers = {
    output: output === undefined ? undefined : filmMaker(output, host),
    rounds: rounds === undefined ? undefined : filmMaker(rounds, host),
  };
  checkLoop(flags, makers.output);
  await checkPlaces(flags, entries, FILMS, (path) => (isPattern(path) ? numbered(path, 1) : path));
  return {
    /** True: standard output carries a film, and nothing else may go there. */
    usesStdout,
    /** Opens them for the clips of a model. @throws errors for a background that is none, or that a file cannot have */
    open: (name: string, video: VideoLibrary, talk: Talk) =>
      openOutputs({ flags, host, talk, makers, usesStdout }, video.findVideoModel(name).manifest, video),
  };
}

interface OutputParts {
  readonly flags: AnimateFlags;
  readonly host: Host;
  readonly talk: Talk;
  readonly makers: Makers;
  readonly usesStdout: boolean;
}

/** Where clips are shown. */
export type FilmOutputs = Awaited<ReturnType<typeof openOutputs>>;

async function openOutputs(
  { flags, host, talk, makers, usesStdout }: OutputParts,
  manifest: VideoManifest,
  { layoutOf, VideoTokens: { stringify } }: VideoLibrary,
) {
  const { ground, groundToken } = layoutOf(manifest);
  const grounds = manifest.backgrounds.names.map((name) => ground(groundToken(name)));
  const backdrop = await chooseBackdrop(flags.background, grounds);
  if (!backdrop.opaque) checkClear(flags, makers);
  const { output, rounds } = makers;
  const [film, making] = [output, rounds].map((maker) => maker && filmsOf(maker));
  const strip = flags.strip === undefined ? undefined : stripCompositor();
  const rows: StripRow[] = [];

  /** What films of one kind are made with; notes what they will not be as asked for. */
  function filmsOf({ format, fastest, repeats, open }: FilmMaker) {
    const wished = flags.size ?? manifest.picture;
    const size = sidesFor(format, wished);
    if (size.width !== wished.width || size.height !== wished.height)
      talk.note(
        `foretoken: a .${format} has even sides: ${size.width}x${size.height} in place of ${wished.width}x${wished.height}`,
      );
    const { fps = manifest.clip.fps } = flags;
    if (fps > fastest)
      talk.note(`foretoken: a .${format} shows ${fastest} frames a second at most: so many it has`);
    const shape = { ...size, channels: backdrop.opaque ? 3 : 4, fps: Math.min(fps, fastest) } as const;
    return {
      compositor: createCompositor(size, backdrop),
      open: (path: string | undefined, entry: Entry, plays = repeats ? 0 : 1) =>
        open(fileOf(path, entry) ?? "-", { ...shape, plays }),
    };
  }

  /** Frames of a strip are no larger than the model's. */
  function stripCompositor() {
    const { picture } = manifest;
    const { width, height } = flags.size ?? picture;
    const scale = Math.min(1, picture.width / width, picture.height / height);
    const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
    return createCompositor(size, backdrop);
  }

  async function begin(entry: Entry): Promise<ClipSink> {
    const sink = await film?.open(flags.output, entry, flags.loop);
    const openRounds = async () =>
      making && createRounds(await making.open(flags.rounds, entry), making.compositor);
    const frames: Raster[] = [];
    const clip = createClipSink({
      signal: host.signal,
      film: sink && { sink, compositor: film!.compositor },
      making: await openRounds().catch(async (error) => {
        await sink?.abort();
        throw error;
      }),
      plays: output?.repeats ? 1 : (flags.loop ?? 1),
      onFrame: strip && (async (frame, ground) => void frames.push(await strip.show(frame, ground))),
    });
    return {
      ...clip,
      async end(tokens: VideoTokens) {
        const shown = await clip.end(tokens);
        const json = fileOf(flags.tokens, entry);
        if (json !== undefined) await writeWhole(json, stringify(tokens), OR_STDOUT);
        rows.push({ frames, caption: entry.caption });
        for (const compositor of [film?.compositor, making?.compositor, strip]) compositor?.clear();
        return shown;
      },
    };
  }

  return {
    usesStdout,
    /** Shows a clip while `make` makes it: all of it, or nothing that stays. */
    async show<T>(entry: Entry, make: (clip: ClipSink) => Promise<T>): Promise<T> {
      const clip = await begin(entry);
      try {
        return await make(clip);
      } catch (error) {
        await clip.abort();
        throw error;
      }
    },
    /** All are there: writes the strip. */
    async close() {
      if (flags.strip === undefined || !rows.length) return;
      const image = await filmStrip(rows);
      await writeWhole(flags.strip, await encodeSheet(image, pictureFormatOf(flags.strip)), OR_STDOUT);
    },
  };
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
function checkClear({ output, rounds, strip }: AnimateFlags, makers: Makers): void {
  const films = [
    [output, makers.output],
    [rounds, makers.rounds],
  ] as const;
  for (const [path, maker] of films) {
    if (maker && !maker.hasAlpha)
      throw usage(`${path} cannot be transparent: write a .webp, .gif, .apng or .webm, or .png frames`);
  }
  if (strip !== undefined) checkAlpha(strip);
}
