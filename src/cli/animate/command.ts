import { failure, kindOf } from "../../core/errors.js";
import { frameReader } from "../../files/films/read.js";
import { sourceNote } from "../../files/pictures/xmp.js";
import type { VideoManifest } from "../../video/manifest.js";
import type { VideoTokens } from "../../video/tokens.js";
import type { VideoModel } from "../../video/types.js";
import { orAbort } from "../errors.js";
import type { AnimateFlags } from "../flags.js";
import { createTalk, type Host, type Talk, type VideoLibrary } from "../host.js";
import { readText } from "../input.js";
import { jobsOf, readable, readPrompts } from "../prompts.js";
import { count } from "../report.js";
import { compareAll, filmAll, type Run, shown } from "./all.js";
import { checkFlags } from "./checks.js";
import { checkVideoModel, groundsOf, listWords, openVideoModel } from "./model.js";
import { openFilmOutputs } from "./outputs.js";
import { choosePlaces, type Places } from "./places.js";
import { createFilm } from "./run.js";

const MISSING =
  'there is no prompt: foretoken animate "a red apple bounces" -o apple.mp4, -f FILE, or pipe it in (see foretoken animate --help)';

/** Frames of the usual clip, before a model says it. */
const USUAL_FRAMES = 16;

/** Frames of a film that what comes next depends on. */
const LAST_FRAMES = 8;

/** `foretoken animate` */
export async function animateCommand(
  words: readonly string[],
  flags: AnimateFlags,
  host: Host,
): Promise<void> {
  const talk = createTalk(host.stderr, flags.quiet);
  try {
    if (flags.listStyles || flags.listMotions) return await listWords(flags, host, talk);
    checkFlags(words, flags);
    await (flags.fromTokens === undefined
      ? filmPrompts(words, flags, host, talk)
      : showTokens(flags.fromTokens, flags, host, talk));
  } finally {
    talk.clear();
  }
}

async function filmPrompts(
  words: readonly string[],
  flags: AnimateFlags,
  host: Host,
  talk: Talk,
): Promise<void> {
  const instead = flags.continue === undefined ? undefined : {};
  const asked = { file: flags.file, missing: MISSING, wanted: "what moves, and how", instead };
  const prompts = await readPrompts(words, asked, host);
  const jobs = jobsOf(prompts, flags.count);
  const places = await choosePlaces(flags, jobs, flags.frames ?? USUAL_FRAMES, host);
  const note = flags.from === undefined ? undefined : await sourceNote(flags.from);
  const beginning = flags.continue === undefined ? undefined : await beginningOf(flags.continue, host, talk);

  const video = await host.video();
  const name = checkVideoModel(flags.model, video);
  const { manifest } = video.findVideoModel(name);
  const outputs = await filmOutputsFor(places, manifest, video, flags, host, talk);
  const model = await openVideoModel(name, flags, video, host, talk);
  if (note) talk.note(note);
  const usable = readable(prompts, flags.style, model, talk);
  const before = beginning && (await orAbort(beginning(model, video), host.signal));

  const run: Run = { flags, host, talk, outputs, model, film: createFilm(video, model, flags, host.signal) };
  const wanted = jobs
    .filter(({ prompt }) => usable.includes(prompt))
    .map((job) => ({ job, wish: { prompt: job.prompt.text, stream: job.stream, before } }));
  await (flags.compare ? compareAll(wanted, run) : filmAll(wanted, run));
}

const filmOutputsFor = (
  places: Places,
  manifest: VideoManifest,
  video: VideoLibrary,
  flags: AnimateFlags,
  host: Host,
  talk: Talk,
) => {
  const grounds = groundsOf(manifest, video);
  return openFilmOutputs({ flags, places, manifest, grounds, host, talk });
};

/** `--continue`: the tokens that a film ends with. What is no film is known before a model is loaded. */
async function beginningOf(
  path: string,
  host: Host,
  talk: Talk,
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
async function showTokens(path: string, flags: AnimateFlags, host: Host, talk: Talk): Promise<void> {
  const video = await host.video();
  const tokens = video.VideoTokens.parse(await readText(path, host), path);
  const entry = { suffix: "", caption: "" };
  const places = await choosePlaces(flags, [entry], tokens.frames.length, host);
  const name = checkVideoModel(flags.model ?? tokens.model, video);
  const outputs = await filmOutputsFor(places, video.findVideoModel(name).manifest, video, flags, host, talk);
  const model = await openVideoModel(name, flags, video, host, talk);
  const frames = await orAbort(model.decode(tokens), host.signal);
  await shown(outputs, entry, async (clipSink) => {
    for (const frame of frames) await clipSink.show(frame, tokens.ground);
    await clipSink.end(tokens);
  });
  await outputs.close();
  talk.note(`${count(frames.length, "frame")} from ${path}`);
}
