import type { Ground } from "../../files/films/frame.js";
import { toEnd } from "../../medium/run.js";
import type { FrameTokens, VideoTokens } from "../../video/tokens.js";
import type { Animated, VideoModel } from "../../video/types.js";
import type { ReadClip } from "../../video/words.js";
import type { VideoLibrary } from "../host.js";
import type { Call, How } from "../make.js";
import { fileOf } from "../outputs.js";
import type { ReadJob } from "../prompts.js";
import {
  count,
  inSeconds,
  passes,
  type Report,
  several,
  sumOf,
  type Work,
  type WorkTotals,
} from "../report.js";
import type { ClipSink, Shown } from "./clip.js";
import { type AnimateFlags, FIXED_DRAFT_LENGTH } from "./options.js";
import type { FilmOutputs } from "./outputs.js";

/** A finished clip: what it was made from, where it went and what it took, as `--json` has it but for the tokens. */
export interface Filmed extends Work, Shown {
  readonly prompt?: string;
  readonly stream: number;
  readonly file?: string;
  /** By name. */
  readonly ground: string;
}

export interface FilmingWith {
  readonly model: VideoModel;
  readonly video: VideoLibrary;
  readonly outputs: FilmOutputs;
  /** Frames that clips go on from. */
  readonly before?: VideoTokens;
}

/** Films a clip and shows it where it belongs. */
export async function filmOne(
  job: ReadJob<ReadClip>,
  { plain, kept, progress }: How,
  { flags, host: { signal } }: Call<AnimateFlags>,
  { model, video, outputs, before }: FilmingWith,
): Promise<Filmed> {
  const { style, seed, temperature, recall, verifier, from } = flags;
  const {
    stream,
    prompt: { text: prompt },
    read,
  } = job;
  const options: Animated = {
    style,
    seed,
    stream,
    frames: flags.frames,
    recall,
    sampling: temperature === undefined ? undefined : { temperature },
    verifier: verifier && model.verifier(verifier),
    drafter: plain ? "none" : flags.drafter,
    draftLength: plain ? undefined : draftLengthOf(flags),
    signal,
  };

  async function film(clip?: ClipSink): Promise<Filmed> {
    const tokens: number[] = [];
    const patches: FrameTokens[] = [];
    let ground: Ground | undefined;
    const start = (watch: Pick<Animated, "onRound">) => {
      const watched = { ...options, rounds: clip?.rounds, ...watch };
      if (before) return model.continue(before, { ...watched, prompt: read });
      if (from !== undefined) return model.from(from, read ?? "", watched);
      return model.animate(read ?? "", watched);
    };
    const { metrics } = await toEnd(start, {
      onRound: (round) => void tokens.push(...round.tokens),
      async each(filming) {
        progress?.(`frame ${Math.min(filming.total, filming.frames + 1)} of ${filming.total}`);
        while (patches.length < filming.frames) patches.push(filming.patches(patches.length));
        ground ??= filming.ground;
        await clip?.see(filming);
      },
    });
    const { frames, different, ...times } = (await clip?.end(
      video.VideoTokens.of(patches, ground!, model.manifest),
    )) ?? {
      frames: patches.length,
      different: 0,
      decodeTime: 0,
      fileTime: 0,
    };
    const made = { prompt, stream, file: fileOf(flags.output, job), ground: ground!.name };
    return { ...made, frames, different, metrics, ...times, tokens };
  }
  return kept ? outputs.show(job, film) : film();
}

/** Where guesses shape the film, no clock decides how many there are: the same seed gives the same film. */
const draftLengthOf = ({ draftLength, verifier = "identical" }: AnimateFlags) =>
  draftLength ?? (verifier === "identical" ? undefined : FIXED_DRAFT_LENGTH);

/** @param fps of the film */
export function reportOf(filmed: readonly Filmed[], sums: WorkTotals, fps: number): Report {
  const frames = sumOf(filmed, (clip) => clip.frames);
  const different = sumOf(filmed, (clip) => clip.different);
  const fileTime = sumOf(filmed, (clip) => clip.fileTime);
  const detail = filmed.map(({ tokens, ...clip }) => clip);
  return {
    summary: `${several(filmed.length, "clip")}${count(frames, "frame")}, ${passes(sums)}, ${inSeconds(sums.time.total + fileTime)}`,
    rows: [
      ["tokens", String(sums.tokens), `in ${count(filmed.length, "clip")}`],
      ["frames", String(frames), `${different} of them different, ${fps} a second`],
    ],
    last: [["files", inSeconds(fileTime), "scaled, composed and written"]],
    json: { clips: filmed.length, ...sums, frames, different, fileTime, detail },
  };
}
