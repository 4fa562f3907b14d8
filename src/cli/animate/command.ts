import { failure, kindOf } from "../../core/errors.js";
import { frameReader } from "../../files/films/read.js";
import { sourceNote } from "../../files/pictures/xmp.js";
import type { VideoTokens } from "../../video/tokens.js";
import type { VideoModel } from "../../video/types.js";
import { orAbort, type VideoLibrary } from "../host.js";
import { readText } from "../input.js";
import { type Call, command, makeAll } from "../make.js";
import { chooseModel, listStyles, type Models, openModel, sendLines } from "../models.js";
import { ALONE, checkOutputs } from "../outputs.js";
import { type Job, readable, readJobs } from "../prompts.js";
import { count, settingOf, type Words } from "../report.js";
import { type Filmed, filmOne, reportOf } from "./film.js";
import type { AnimateFlags } from "./options.js";
import { choosePlaces, FILMS } from "./outputs.js";

const WORDS: Words = { kind: "model", item: "clip", tokens: "tokens", input: "prompt", decoding: "pixels" };

const MISSING =
  'there is no prompt: foretoken animate "a red apple bounces" -o apple.mp4, -f FILE, or pipe it in (see foretoken animate --help)';

/** Frames of the usual clip, before a model says it. */
const USUAL_FRAMES = 16;

/** Frames of a film that what comes next depends on. */
const LAST_FRAMES = 8;

const models = (video: VideoLibrary): Models<VideoModel> => ({
  kind: "model",
  standard: video.DEFAULT_VIDEO_MODEL,
  list: video.listVideoModels,
  find: video.findVideoModel,
  load: video.loadVideoModel,
});

/** `foretoken animate` */
export const animateCommand = command<AnimateFlags>(async (call) => {
  const { input, flags, host } = call;
  if (flags.listStyles || flags.listMotions) {
    const video = await host.video();
    const model = await openModel(chooseModel(flags.model, models(video)), models(video), call);
    return flags.listStyles ? listStyles(model, host) : sendLines(model.motions, host);
  }
  checkOutputs(input, flags, FILMS);
  await (flags.fromTokens === undefined ? filmPrompts(call) : showTokens(flags.fromTokens, call));
});

async function filmPrompts(call: Call<AnimateFlags>): Promise<void> {
  const { input, flags, host, talk } = call;
  const { file, count, from, style } = flags;
  const instead = flags.continue === undefined ? undefined : {};
  const asked = { file, missing: MISSING, wanted: "what moves, and how", instead, count };
  const jobs = await readJobs(input, asked, host);
  const places = await choosePlaces(flags, jobs, flags.frames ?? USUAL_FRAMES, host);
  const note = from === undefined ? undefined : await sourceNote(from);
  const beginning = flags.continue === undefined ? undefined : await beginningOf(flags.continue, call);

  const video = await host.video();
  const name = chooseModel(flags.model, models(video));
  const outputs = await places.open(name, video, talk);
  const model = await openModel(name, models(video), call);
  if (note) talk.note(note);
  const items = readable(jobs, style, model, talk);
  const before = beginning && (await orAbort(beginning(model, video), host.signal));

  const { fps = model.manifest.clip.fps } = flags;
  await makeAll<Job, Filmed>({
    call,
    words: WORDS,
    items,
    outputs,
    make: async (job, how) => [await filmOne(job, how, call, { model, video, outputs, before })],
    setting: () => ({ ...settingOf(WORDS, model, flags), fps }),
    report: (filmed, sums) => reportOf(filmed, sums, fps),
  });
}

/** `--continue`: the tokens that a film ends with. What is no film is known before a model is loaded. */
async function beginningOf(
  path: string,
  { host, talk }: Call<AnimateFlags>,
): Promise<(model: VideoModel, video: VideoLibrary) => Promise<VideoTokens>> {
  if (/\.json$/i.test(path)) {
    const text = await readText(path, host);
    return async (_, { VideoTokens }) => VideoTokens.parse(text, path);
  }
  const read = await frameReader(path, { env: host.env, signal: host.signal, note: talk.note });
  return async (model) => {
    const { clip, picture } = model.manifest;
    const side = 2 * Math.max(picture.width, picture.height);
    const frames = await read({ fps: clip.fps, last: LAST_FRAMES, side });
    return model.encode(frames).catch((error: Error) => {
      if (kindOf(error) !== "failure") throw error;
      throw failure(`cannot go on from ${path}: ${error.message.replace("the picture", "a frame")}`, error);
    });
  };
}

/** `--from-tokens` */
async function showTokens(path: string, call: Call<AnimateFlags>): Promise<void> {
  const { flags, host, talk } = call;
  const video = await host.video();
  const tokens = video.VideoTokens.parse(await readText(path, host), path);
  const places = await choosePlaces(flags, [ALONE], tokens.frames.length, host);
  const name = chooseModel(flags.model ?? tokens.model, models(video));
  const outputs = await places.open(name, video, talk);
  const model = await openModel(name, models(video), call);
  const frames = await orAbort(model.decode(tokens), host.signal);
  await outputs.show(ALONE, async (clip) => {
    for (const frame of frames) await clip.show(frame, tokens.ground);
    await clip.end(tokens);
  });
  await outputs.close();
  talk.note(`${count(frames.length, "frame")} from ${path}`);
}
