import { type Backdrop, chooseBackdrop } from "../../files/films/backdrop.js";
import { type Compositor, createCompositor } from "../../files/films/compositor.js";
import { sidesFor } from "../../files/films/formats.js";
import type { Ground } from "../../files/films/frame.js";
import type { FilmSink } from "../../files/films/shape.js";
import { filmStrip, type StripRow } from "../../files/films/strip.js";
import { type FilmMaker, FOR_FILMS } from "../../files/films/write.js";
import { pictureFormatOf } from "../../files/pictures/formats.js";
import type { Raster } from "../../files/pictures/pixels.js";
import { encodeSheet } from "../../files/pictures/write.js";
import { writeWhole } from "../../files/place.js";
import type { VideoManifest } from "../../video/manifest.js";
import type { AnimateFlags } from "../flags.js";
import type { Host, Talk } from "../host.js";
import type { Entry } from "../places.js";
import { type ClipSink, createClipSink } from "./clip.js";
import { checkClear, type FileKind, type Places } from "./places.js";
import { createRounds } from "./rounds.js";

/** Where clips are shown. */
export interface FilmOutputs {
  readonly usesStdout: boolean;
  begin(entry: Entry): Promise<ClipSink>;
  fileOf(kind: FileKind, entry: Entry): string | undefined;
  /** All are there: writes the strip. */
  close(): Promise<void>;
}

interface SinkParts {
  readonly flags: AnimateFlags;
  readonly manifest: VideoManifest;
  readonly talk: Talk;
}

export interface FilmOutputsParts extends SinkParts {
  readonly places: Places;
  readonly grounds: readonly Ground[];
  readonly host: Host;
}

/** @throws errors for a background that is none, or that a file cannot have */
export async function openFilmOutputs(parts: FilmOutputsParts): Promise<FilmOutputs> {
  const { flags, places, manifest, grounds, host } = parts;
  const backdrop = await chooseBackdrop(flags.background, grounds);
  if (!backdrop.opaque) checkClear(flags, places);
  const { output, rounds } = places.makers;
  const [film, making] = [output, rounds].map((maker) => maker && filmSinks(maker, backdrop, parts));
  const strip = flags.strip === undefined ? undefined : stripCompositor(flags, manifest, backdrop);
  const rows: StripRow[] = [];
  const openRounds = async (entry: Entry) =>
    making && createRounds(await making.open(places.fileOf("rounds", entry)!), making.compositor);

  return {
    usesStdout: places.usesStdout,
    fileOf: places.fileOf,
    async begin(entry) {
      const opened = await film?.open(places.fileOf("output", entry)!, flags.loop);
      const frames: Raster[] = [];
      const clipSink = createClipSink({
        signal: host.signal,
        film: opened && { sink: opened, compositor: film!.compositor },
        making: await openRounds(entry).catch(async (error) => {
          await opened?.abort();
          throw error;
        }),
        plays: output?.repeats ? 1 : (flags.loop ?? 1),
        onFrame: strip && (async (frame, ground) => void frames.push(await strip.show(frame, ground))),
      });
      return {
        ...clipSink,
        async end(tokens) {
          const shown = await clipSink.end(tokens);
          const json = places.fileOf("tokens", entry);
          if (json !== undefined) await writeWhole(json, `${JSON.stringify(tokens)}\n`, FOR_FILMS);
          rows.push({ frames, caption: entry.caption });
          for (const compositor of [film?.compositor, making?.compositor, strip]) compositor?.clear();
          return shown;
        },
      };
    },
    async close() {
      if (flags.strip === undefined || !rows.length) return;
      const image = await filmStrip(rows);
      await writeWhole(flags.strip, await encodeSheet(image, pictureFormatOf(flags.strip)), FOR_FILMS);
    },
  };
}

interface FilmSinks {
  readonly compositor: Compositor;
  open(path: string, plays?: number): Promise<FilmSink>;
}

/** What films of one kind are made with; notes what they will not be as asked for. */
function filmSinks(maker: FilmMaker, backdrop: Backdrop, { flags, manifest, talk }: SinkParts): FilmSinks {
  const wished = flags.size ?? manifest.picture;
  const size = sidesFor(maker.format, wished);
  if (size.width !== wished.width || size.height !== wished.height)
    talk.note(
      `foretoken: a .${maker.format} has even sides: ${size.width}x${size.height} in place of ${wished.width}x${wished.height}`,
    );
  const { fps: usual } = manifest.clip;
  const { fps = usual } = flags;
  if (fps > maker.fastest)
    talk.note(`foretoken: a .${maker.format} shows ${maker.fastest} frames a second at most: so many it has`);
  const shape = { ...size, channels: backdrop.opaque ? 3 : 4, fps: Math.min(fps, maker.fastest) } as const;
  return {
    compositor: createCompositor(size, backdrop),
    open: (path, plays = maker.repeats ? 0 : 1) => maker.open(path, { ...shape, plays }),
  };
}

/** Frames of a strip are no larger than the model's. */
function stripCompositor({ size }: AnimateFlags, { picture }: VideoManifest, backdrop: Backdrop): Compositor {
  const scale = size ? Math.min(1, picture.width / size.width, picture.height / size.height) : 1;
  const { width, height } = size ?? picture;
  return createCompositor({ width: Math.round(width * scale), height: Math.round(height * scale) }, backdrop);
}
