import { sourceNote } from "../../files/pictures/xmp.js";
import { orAbort } from "../errors.js";
import type { DrawFlags } from "../flags.js";
import { createTalk, type Host, type Talk } from "../host.js";
import { readText } from "../input.js";
import { listStyles } from "../model-choice.js";
import { jobsOf, readable, readPrompts } from "../prompts.js";
import { compareAll, drawAll, type Run } from "./all.js";
import { checkBase, checkFlags, checkKeep } from "./checks.js";
import { checkImageModel, openImageModel, sameModel } from "./model.js";
import { openPictureOutputs } from "./outputs.js";
import { readRecipe, recipeOf } from "./recipe.js";
import { createDraw } from "./run.js";

const MISSING =
  'there is no prompt: foretoken draw "a red apple" -o apple.png, -f FILE, or pipe it in (see foretoken draw --help)';

/** `foretoken draw` */
export async function drawCommand(words: readonly string[], flags: DrawFlags, host: Host): Promise<void> {
  const talk = createTalk(host.stderr, flags.quiet);
  try {
    if (flags.listStyles) return await showStyles(flags, host, talk);
    checkFlags(words, flags);
    await (flags.fromTokens === undefined
      ? drawPrompts(words, flags, host, talk)
      : paintTokens(flags.fromTokens, flags, host, talk));
  } finally {
    talk.clear();
  }
}

async function drawPrompts(
  words: readonly string[],
  flags: DrawFlags,
  host: Host,
  talk: Talk,
): Promise<void> {
  const base = flags.again === undefined ? undefined : await readRecipe(flags.again, await host.image());
  checkBase(flags, base);
  const instead = base ?? (flags.from === undefined ? undefined : {});
  const asked = { file: flags.file, missing: MISSING, wanted: "what to draw", instead };
  const prompts = await readPrompts(words, asked, host);
  const jobs = jobsOf(prompts, flags.count, base?.stream);
  const note = flags.from === undefined ? undefined : await sourceNote(flags.from);
  const outputs = await openPictureOutputs(flags, jobs, host);

  const image = await host.image();
  const follow = base && flags.model === undefined;
  const name = follow ? sameModel(base, flags.again!, image) : checkImageModel(flags.model, image);
  checkKeep(flags.keep, image.findImageModel(name).manifest.grid);
  const model = await openImageModel(name, flags, image, host, talk);
  if (note) talk.note(note);
  const usable = readable(prompts, flags.style ?? base?.style, model, talk);
  const tokens = flags.from === undefined ? undefined : await orAbort(model.encode(flags.from), host.signal);

  const run: Run = { flags, host, talk, outputs, model, draw: createDraw(image, model, host.signal) };
  const wanted = jobs
    .filter(({ prompt }) => usable.includes(prompt))
    .map((job) => {
      const wish = { prompt: job.prompt.text, stream: job.stream };
      return { job, recipe: recipeOf(wish, flags, model, { base, tokens }) };
    });
  await (flags.compare ? compareAll(wanted, run) : drawAll(wanted, run));
}

/** `--list-styles` */
async function showStyles(flags: DrawFlags, host: Host, talk: Talk): Promise<void> {
  const image = await host.image();
  const name = checkImageModel(flags.model, image);
  await listStyles(await openImageModel(name, flags, image, host, talk), host);
}

/** `--from-tokens` */
async function paintTokens(path: string, flags: DrawFlags, host: Host, talk: Talk): Promise<void> {
  const image = await host.image();
  const tokens = image.ImageTokens.parse(await readText(path, host), path);
  const entry = { suffix: "", caption: "" };
  const outputs = await openPictureOutputs(flags, [entry], host);
  const model = await openImageModel(
    checkImageModel(flags.model ?? tokens.model, image),
    flags,
    image,
    host,
    talk,
  );
  const pixels = await orAbort(model.decode(tokens), host.signal);
  await outputs.save(entry, outputs.finish(pixels), tokens);
  await outputs.close();
  talk.note(`${pixels.width} x ${pixels.height} pixels from ${tokens.tokens.length} tokens`);
}
