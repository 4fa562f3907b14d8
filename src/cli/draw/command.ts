import { sourceNote, toXmp } from "../../files/pictures/xmp.js";
import type { DrawOptions, ImageModel } from "../../image/types.js";
import type { ReadPrompt } from "../../image/words.js";
import { toEnd } from "../../medium/run.js";
import { type ImageLibrary, orAbort } from "../host.js";
import { readText } from "../input.js";
import { type Call, command, type How, makeAll } from "../make.js";
import { chooseModel, listStyles, type Models, openModel } from "../models.js";
import { ALONE, checkOutputs, fileOf } from "../outputs.js";
import { type ReadJob, readable, readJobs } from "../prompts.js";
import {
  count,
  inSeconds,
  passes,
  type Report,
  settingOf,
  several,
  type Words,
  type Work,
  type WorkTotals,
} from "../report.js";
import type { DrawFlags } from "./options.js";
import { openPictureOutputs, PICTURES, type PictureOutputs } from "./outputs.js";
import { createProgress } from "./progress.js";
import { checkBase, checkKeep, checkRecipe, type Recipe, readRecipe, recipeOf, sameModel } from "./recipe.js";

const WORDS: Words = {
  kind: "model",
  item: "picture",
  tokens: "tokens",
  input: "prompt",
  decoding: "pixels",
};

const MISSING =
  'there is no prompt: foretoken draw "a red apple" -o apple.png, -f FILE, or pipe it in (see foretoken draw --help)';

const models = (image: ImageLibrary): Models<ImageModel> => ({
  kind: "model",
  standard: image.DEFAULT_IMAGE_MODEL,
  list: image.listImageModels,
  find: image.findImageModel,
  load: image.loadImageModel,
});

/** `foretoken draw` */
export const drawCommand = command<DrawFlags>(async (call) => {
  const { input, flags, host } = call;
  if (flags.listStyles) {
    const image = await host.image();
    const name = chooseModel(flags.model, models(image));
    return listStyles(await openModel(name, models(image), call), host);
  }
  checkOutputs(input, flags, PICTURES);
  checkRecipe(flags);
  await (flags.fromTokens === undefined ? drawPrompts(call) : paintTokens(flags.fromTokens, call));
});

/** A picture to be drawn, and where it goes. */
interface Wanted {
  readonly job: ReadJob<ReadPrompt>;
  readonly recipe: Recipe;
}

async function drawPrompts(call: Call<DrawFlags>): Promise<void> {
  const { input, flags, host, talk } = call;
  const { again, from, count, file, style, keep } = flags;
  const base = again === undefined ? undefined : await readRecipe(again, await host.image());
  checkBase(flags, base);
  const instead = base ?? (from === undefined ? undefined : {});
  const asked = { file, missing: MISSING, wanted: "what to draw", instead, count, first: base?.stream };
  const jobs = await readJobs(input, asked, host);
  const note = from === undefined ? undefined : await sourceNote(from);
  const outputs = await openPictureOutputs(flags, jobs, host);

  const image = await host.image();
  const follow = base && flags.model === undefined;
  const name = follow ? sameModel(base, again!, image) : chooseModel(flags.model, models(image));
  checkKeep(keep, image.findImageModel(name).manifest.grid);
  const model = await openModel(name, models(image), call);
  if (note) talk.note(note);
  const usable = readable(jobs, style ?? base?.style, model, talk);
  const tokens = from === undefined ? undefined : await orAbort(model.encode(from), host.signal);

  const items = usable.map((job): Wanted => {
    const wish = { prompt: job.prompt.text, stream: job.stream };
    return { job, recipe: recipeOf(wish, flags, model, { base, tokens }) };
  });
  await makeAll<Wanted, Drawn>({
    call,
    words: WORDS,
    items,
    outputs,
    make: async (wanted, how) => [await drawOne(wanted, how, call, { model, image, outputs })],
    setting: () => settingOf(WORDS, model, { ...flags, ...items[0].recipe }),
    report,
  });
}

/** A finished picture: what it was made from, where it went and what it took, as `--json` has it. */
interface Drawn extends Pick<Recipe, "prompt" | "seed" | "stream" | "style">, Work {
  readonly file?: string;
}

interface DrawingWith {
  readonly model: ImageModel;
  readonly image: ImageLibrary;
  readonly outputs: PictureOutputs;
}

/** Draws a picture and puts it where it belongs. */
async function drawOne(
  { job, recipe }: Wanted,
  { plain, kept, progress }: How,
  { flags, host: { signal } }: Call<DrawFlags>,
  { model, image, outputs }: DrawingWith,
): Promise<Drawn> {
  const { prompt, from, style, seed, stream, guidance, temperature, verifier, relax } = recipe;
  const xmp = toXmp(recipe, prompt);
  const growing = fileOf(flags.progressive, job);
  const shown = growing === undefined ? undefined : createProgress(growing, outputs, model, xmp);
  const options: Omit<DrawOptions, "model"> = {
    style,
    seed,
    stream,
    guidance,
    sampling: temperature === undefined ? undefined : { temperature },
    // A new one for each picture: relaxed ones keep count of what they let pass.
    verifier: verifier && model.verifier(verifier, relax),
    drafter: plain ? "none" : (flags.drafter ?? recipe.drafter),
    draftLength: plain ? undefined : (flags.draftLength ?? recipe.draftLength),
    rounds: shown?.rounds,
    signal,
  };
  const start = (watch: Pick<DrawOptions, "onRound">) => {
    const watched = { ...options, ...watch };
    const { read } = job;
    if (!from) return model.tokens(read ?? "", watched);
    if (from.vary !== undefined) return model.vary(from.tokens, from.vary, { ...watched, prompt: read });
    return model.complete(from.tokens, { ...watched, prompt: read, keep: from.keep ?? 0 });
  };
  const { last, metrics } = await toEnd(start, {
    async each(drawing) {
      progress?.(`row ${drawing.rows} of ${model.manifest.grid.rows}`);
      await shown?.see(drawing);
    },
  });
  const began = performance.now();
  const pixels = await orAbort(last.picture(), signal);
  const decodeTime = performance.now() - began;
  const tokens = image.ImageTokens.of(last.tokens, model.manifest);
  if (kept) await outputs.save(job, outputs.finish(pixels), image.ImageTokens.stringify(tokens), xmp);
  const file = fileOf(flags.output, job);
  return { prompt, seed, stream, style, file, tokens: tokens.tokens, metrics, decodeTime };
}

const report = (drawn: readonly Drawn[], sums: WorkTotals): Report => ({
  summary: `${several(drawn.length, "picture")}${passes(sums)}, ${inSeconds(sums.time.total)}`,
  rows: [["tokens", String(sums.tokens), `in ${count(drawn.length, "picture")}`]],
  json: { pictures: drawn.length, ...sums, detail: drawn },
});

/** `--from-tokens` */
async function paintTokens(path: string, call: Call<DrawFlags>): Promise<void> {
  const { flags, host, talk } = call;
  const image = await host.image();
  const tokens = image.ImageTokens.parse(await readText(path, host), path);
  const outputs = await openPictureOutputs(flags, [ALONE], host);
  const name = chooseModel(flags.model ?? tokens.model, models(image));
  const model = await openModel(name, models(image), call);
  const pixels = await orAbort(model.decode(tokens), host.signal);
  await outputs.save(ALONE, outputs.finish(pixels), image.ImageTokens.stringify(tokens));
  await outputs.close();
  talk.note(`${pixels.width} x ${pixels.height} pixels from ${tokens.tokens.length} tokens`);
}
