import type { Ground } from "../video/layout.js";
import type { VideoManifest } from "../video/manifest.js";
import { checkClear, type FileKind, type Places } from "./animate-places.js";
import { createRounds } from "./animate-rounds.js";
import { createShowing, type Showing } from "./animate-showing.js";
import { type Backdrop, type Compose, chooseBackdrop } from "./films/backdrop.js";
import { sidesFor } from "./films/format.js";
import { type FilmMaker, FOR_FILMS } from "./films/index.js";
import { createProjector, type Projector } from "./films/projector.js";
import type { FilmSink } from "./films/sink.js";
import { filmStrip, type StripRow } from "./films/strip.js";
import type { AnimateFlags } from "./flags.js";
import type { Host, Talk } from "./host.js";
import { writeWhole } from "./output/beside.js";
import type { Entry } from "./output/places.js";
import { encodeSheet, pictureFormatOf } from "./pictures/format.js";
import type { Raster } from "./pictures/raster.js";

/** Where clips are shown. */
export interface Cinema {
  readonly usesStdout: boolean;
  begin(entry: Entry): Promise<Showing>;
  fileOf(kind: FileKind, entry: Entry): string | undefined;
  /** All are there: writes the strip. */
  close(): Promise<void>;
}

interface StudioParts {
  readonly flags: AnimateFlags;
  readonly manifest: VideoManifest;
  readonly talk: Talk;
}

export interface CinemaParts extends StudioParts {
  readonly places: Places;
  readonly grounds: readonly Ground[];
  readonly compose: Compose;
  readonly host: Host;
}

/** @throws errors for a background that is none, or that a file cannot have */
export async function openCinema(parts: CinemaParts): Promise<Cinema> {
  const { flags, places, manifest, grounds, compose, host } = parts;
  const backdrop = await chooseBackdrop(flags.background, grounds, compose);
  if (!backdrop.opaque) checkClear(flags, places);
  const { output, rounds } = places.makers;
  const [film, making] = [output, rounds].map((maker) => maker && filmStudio(maker, backdrop, parts));
  const strip = flags.strip === undefined ? undefined : stripProjector(flags, manifest, backdrop);
  const rows: StripRow[] = [];
  const openRounds = async (entry: Entry) =>
    making && createRounds(await making.open(places.fileOf("rounds", entry)!), making.projector);

  return {
    usesStdout: places.usesStdout,
    fileOf: places.fileOf,
    async begin(entry) {
      const opened = await film?.open(places.fileOf("output", entry)!, flags.loop);
      const frames: Raster[] = [];
      const showing = createShowing({
        signal: host.signal,
        film: opened && { sink: opened, projector: film!.projector },
        making: await openRounds(entry).catch(async (error) => {
          await opened?.abort();
          throw error;
        }),
        plays: output?.repeats ? 1 : (flags.loop ?? 1),
        onFrame: strip && (async (frame, ground) => void frames.push(await strip.show(frame, ground))),
      });
      return {
        ...showing,
        async end(tokens) {
          const shown = await showing.end(tokens);
          const json = places.fileOf("tokens", entry);
          if (json !== undefined) await writeWhole(json, `${JSON.stringify(tokens)}\n`, FOR_FILMS);
          rows.push({ frames, caption: entry.caption });
          for (const projector of [film?.projector, making?.projector, strip]) projector?.clear();
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

interface Studio {
  readonly projector: Projector;
  open(path: string, plays?: number): Promise<FilmSink>;
}

/** What films of one kind are made with; notes what they will not be as asked for. */
function filmStudio(maker: FilmMaker, backdrop: Backdrop, { flags, manifest, talk }: StudioParts): Studio {
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
    projector: createProjector(size, backdrop),
    open: (path, plays = maker.repeats ? 0 : 1) => maker.open(path, { ...shape, plays }),
  };
}

/** Frames of a strip are no larger than the model's. */
function stripProjector({ size }: AnimateFlags, { picture }: VideoManifest, backdrop: Backdrop): Projector {
  const scale = size ? Math.min(1, picture.width / size.width, picture.height / size.height) : 1;
  const { width, height } = size ?? picture;
  return createProjector({ width: Math.round(width * scale), height: Math.round(height * scale) }, backdrop);
}
