import type { Ground } from "../../files/films/frame.js";
import { toEnd } from "../../medium/run.js";
import type { Filming } from "../../video/modality.js";
import type { FrameTokens, VideoTokens } from "../../video/tokens.js";
import type { Animated, VideoModel } from "../../video/types.js";
import type { AnimateFlags } from "../flags.js";
import type { VideoLibrary } from "../host.js";
import type { Work } from "../report.js";
import type { ClipSink, Shown } from "./clip.js";
import { FIXED_DRAFT_LENGTH } from "./options.js";

/** A clip to be made, and what it begins from. */
export interface ClipWish {
  readonly prompt?: string;
  readonly stream: number;
  /** Frames that it goes on from. */
  readonly before?: VideoTokens;
}

/** A finished clip, and what it took. */
export interface Filmed extends Work, Shown {
  readonly tokens: VideoTokens;
  /** All tokens that were committed, those of given frames included. */
  readonly committed: readonly number[];
}

/** @param clipSink where it is seen while it is made; undefined: nowhere */
export type Film = (
  wish: ClipWish,
  clipSink: ClipSink | undefined,
  options: { readonly plain?: boolean; readonly onFilming?: (filming: Filming) => void },
) => Promise<Filmed>;

export function createFilm(
  { VideoTokens }: VideoLibrary,
  model: VideoModel,
  flags: AnimateFlags,
  signal: AbortSignal,
): Film {
  return async (wish, clipSink, { plain = flags.plain, onFilming }) => {
    const committed: number[] = [];
    const frames: FrameTokens[] = [];
    let ground: Ground | undefined;
    const drafting = plain
      ? { drafter: "none" as const }
      : { drafter: flags.drafter, draftLength: draftLengthOf(flags) };
    const { metrics } = await toEnd(
      (watch) => filmingsOf(model, wish, flags, { ...drafting, rounds: clipSink?.rounds, signal, ...watch }),
      {
        onRound: (round) => void committed.push(...round.tokens),
        async each(filming) {
          onFilming?.(filming);
          while (frames.length < filming.frames) frames.push(filming.patches(frames.length));
          ground ??= filming.ground;
          await clipSink?.see(filming);
        },
      },
    );
    const tokens = VideoTokens.of(frames, ground!, model.manifest);
    const shown = (await clipSink?.end(tokens)) ?? {
      frames: frames.length,
      different: 0,
      decodeTime: 0,
      fileTime: 0,
    };
    return { ...shown, tokens, committed, metrics };
  };
}

/** Where guesses shape the film, no clock decides how many there are: the same seed gives the same film. */
const draftLengthOf = ({ draftLength, verifier = "identical" }: AnimateFlags) =>
  draftLength ?? (verifier === "identical" ? undefined : FIXED_DRAFT_LENGTH);

function filmingsOf(
  model: VideoModel,
  { prompt, stream, before }: ClipWish,
  { style, seed, frames, temperature, recall, verifier, from }: AnimateFlags,
  watching: Animated,
): AsyncGenerator<Filming, void, undefined> {
  const options: Animated = {
    style,
    seed,
    stream,
    frames,
    recall,
    sampling: temperature === undefined ? undefined : { temperature },
    verifier: verifier && model.verifier(verifier),
    ...watching,
  };
  if (before) return model.continue(before, { ...options, prompt });
  if (from !== undefined) return model.from(from, prompt ?? "", options);
  return model.animate(prompt ?? "", options);
}
