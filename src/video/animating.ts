import { usage } from "../core/errors.js";
import type { Model, Token } from "../core/types.js";
import { readPrompt } from "../medium/captions.js";
import { generate } from "../medium/generate.js";
import { finished } from "../medium/run.js";
import { type Setup, setUp } from "../medium/setup.js";
import { adjusted } from "../targets/adjusted.js";
import type { Filming, VideoEncoded } from "./modality.js";
import { ANIMATED, LONGEST_DRAFT, MOST_FRAMES } from "./names.js";
import { recalling } from "./recall.js";
import { type FrameTokens, framesOf } from "./tokens.js";
import type { Animated, VideoModel } from "./types.js";
import type { ReadClip } from "./words.js";

/** What stands before a film begins. */
export interface Beginning {
  readonly ground?: string;
  readonly frames: readonly FrameTokens[];
  /** Whether these frames belong to the film, or come before it. */
  readonly shown: boolean;
}

/** Frames that a clip goes on from: half a clip shows most motions' course. */
const OVERLAP = 8;

/** Films with a loaded model, clip by clip; some frames may be given. Without a prompt the model goes by them alone. */
export async function* animateWith(
  model: VideoModel,
  prompt: string | ReadClip | undefined,
  options: Animated,
  beginning: Beginning = { frames: [], shown: true },
): AsyncGenerator<Filming, void, undefined> {
  const { frames: wanted = model.manifest.clip.frames } = options;
  if (!(Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST_FRAMES))
    throw usage(`${wanted} frames cannot be made: give a whole number from 1 to ${MOST_FRAMES}`);
  const read = readPrompt(prompt, model, options);
  const setup = await videoSetup(model, options);

  const { clip } = model.manifest;
  // A first frame may be shown and lead into a whole clip; behind more than that only new frames count.
  const all = [...beginning.frames];
  const hidden = beginning.shown ? 0 : all.length;
  let ground = beginning.ground;
  for (let turn = 0; all.length - hidden < wanted || turn === 0; turn++) {
    const before = all.slice(-OVERLAP);
    const count = Math.min(clip.frames, before.length + wanted - (all.length - hidden));
    const offset = all.length - before.length - hidden;
    let last: Filming | undefined;
    for await (const filming of clipOf(
      model,
      read,
      { ground, frames: before },
      count,
      [turn, Math.max(0, offset)],
      setup,
      options,
    )) {
      last = filming;
      // Frames that were given, or stood in the clip before, are not yielded again.
      const done = all.length - hidden;
      if (options.rounds || filming.done || filming.frames + offset > done)
        yield shifted(filming, { offset, total: wanted, least: done, more: offset + count < wanted });
    }
    all.push(...framesOf(last!.tokens, model.layout).slice(before.length, count));
    ground ??= last!.ground?.name;
  }
}

/** One clip of the model. */
function clipOf(
  model: VideoModel,
  prompt: ReadClip,
  { ground, frames: before }: Pick<Beginning, "ground" | "frames">,
  frames: number,
  /** Which clip of the film, and which of the motion's frames it begins with. */
  [turn, offset]: readonly [turn: number, offset: number],
  setup: VideoSetup,
  { seed, stream = 0, signal, onRound, rounds, recall }: Animated,
): AsyncGenerator<Filming, void, undefined> {
  const given = givenTokens(model, ground, before);
  const filmings = generate(
    model.modality,
    { prompt, given, frames },
    {
      ...setup,
      target: recallingTarget(model, prompt, recall, offset),
      seed,
      stream: stream + turn * 65536,
      signal,
      onRound,
    },
  );
  return finished(filmings, ({ frames }) => frames, rounds);
}

/** The pose of things that share a frame. */
const SMALL = 1;
/** Motions that come to an end; all others begin again. */
const ENDING = ["grow", "shrink", "appear", "vanish"];

/**
 * The model's target, with what the store says of the prompt's things. Frame 0 of its clip is frame `offset` of the motion.
 *
 * @throws a usage error for a share out of range
 */
export function recallingTarget(
  { target, layout, manifest, pieces: stored }: VideoModel,
  { tokens, things, style, motion = "", poses: usual = [], asKnown }: ReadClip,
  share = manifest.recall ?? 0,
  offset = 0,
): Model {
  if (!(share >= 0 && share < 1)) throw usage(`recall is ${share}: give a number from 0 to below 1`);
  const { clip } = manifest;
  const known = asKnown ? things.map((named) => stored(named, style)).filter((list) => list.length) : [];
  if (share === 0 || known.length === 0) return target;
  const byItself = style === ANIMATED;
  // Two things are small, so that both have room.
  const poses = things.length > 1 ? [SMALL] : usual;
  const poseAt = (frame: number) =>
    byItself
      ? 1 + (frame % clip.frames)
      : poses[ENDING.includes(motion) ? Math.min(frame, poses.length - 1) : frame % poses.length];
  // What only moves is cut by the frame's edge sooner or later; what turns or grows stays inside.
  const turns = byItself || new Set(poses).size > 1;
  const pieces = known.flat();
  const expected = (frame: number) => {
    const pose = poseAt(offset + frame);
    if (pose === undefined || (!turns && offset + frame > 0)) return undefined;
    if (pose === 0) return [];
    const wanted = known.flatMap((list) => list[pose - 1] ?? []);
    // Where one of several things is not known, nothing can be said of where the others begin.
    return wanted.length === things.length || byItself ? wanted.slice(0, things.length) : undefined;
  };
  // Things that pass one another stand one above the other.
  const sides = motion !== "pass";
  return adjusted(target, recalling({ layout, clip, prompt: tokens.length, expected, sides, pieces, share }));
}

function givenTokens(
  { layout }: VideoModel,
  ground: string | undefined,
  frames: readonly FrameTokens[],
): (Token | undefined)[] | undefined {
  if (ground === undefined && frames.length === 0) return undefined;
  const given: (Token | undefined)[] = new Array(layout.lead).fill(undefined);
  if (ground !== undefined) given[0] = layout.groundToken(ground);
  frames.forEach(({ shift }, index) => {
    given[1 + index] = layout.shiftToken(shift);
  });
  return [...given, ...frames.flatMap(({ tokens }) => tokens)];
}

interface PartOf {
  /** The film's frame 0 is the clip's frame -offset. */
  readonly offset: number;
  readonly total: number;
  /** Frames of the film that were finished before this clip. */
  readonly least: number;
  /** Whether further clips follow. */
  readonly more: boolean;
}

/** A clip as a part of a film; frames before the film's first are not shown. */
function shifted(filming: Filming, { offset, total, least, more }: PartOf): Filming {
  if (offset === 0 && !more && filming.total === total) return filming;
  return {
    ...filming,
    frames: Math.max(least, Math.min(total, filming.frames + offset)),
    total,
    done: filming.done && !more,
    async frame(index, guesses) {
      const frame = await filming.frame(index - offset, guesses);
      const same = frame.same + offset;
      return { ...frame, index, same: same >= 0 ? same : index };
    },
    patches: (index) => filming.patches(index - offset),
    box(place) {
      const box = filming.box(place);
      return box && { ...box, frame: box.frame + offset };
    },
  };
}

export type VideoSetup = Setup<VideoEncoded>;

/** What `decode` needs besides target and prompt. Plans learn from film to film. */
export const videoSetup = (model: VideoModel, options: Animated): Promise<VideoSetup> =>
  setUp(model, options, LONGEST_DRAFT);
