import { toXmp } from "../../files/pictures/xmp.js";
import type { ImageModel } from "../../image/types.js";
import { checkComparison, compare, comparisonJson, comparisonTable, type Words } from "../compare.js";
import type { DrawFlags } from "../flags.js";
import type { Host, Talk } from "../host.js";
import type { Entry } from "../places.js";
import { sendText } from "../send-text.js";
import type { PictureOutputs } from "./outputs.js";
import { createProgress } from "./progress.js";
import type { Recipe } from "./recipe.js";
import { drawJson, drawSetting, drawSummary, drawTable, type Exhibit } from "./report.js";
import type { Draw } from "./run.js";

const WORDS: Words = { tokens: "tokens", input: "prompt" };

export interface Run {
  readonly flags: DrawFlags;
  readonly host: Host;
  readonly talk: Talk;
  readonly outputs: PictureOutputs;
  readonly model: ImageModel;
  readonly draw: Draw;
}

/** A picture to be drawn, and where it goes. */
export interface Wanted {
  readonly job: Entry;
  readonly recipe: Recipe;
}

/** Draws a picture and puts it where it belongs. */
async function exhibit({ job, recipe }: Wanted, of: string, run: Run): Promise<Exhibit> {
  const { flags, talk, outputs, model } = run;
  const xmp = toXmp(recipe, recipe.prompt);
  const file = outputs.fileOf("progressive", job);
  const progress = file === undefined ? undefined : createProgress(file, outputs, model, xmp);
  const drawn = await run.draw(recipe, {
    ...flags,
    rounds: progress?.rounds,
    async onDrawing(drawing) {
      talk.progress(`${of}row ${drawing.rows} of ${model.manifest.grid.rows}`);
      await progress?.see(drawing);
    },
  });
  await outputs.save(job, outputs.finish(drawn.pixels), drawn.tokens, xmp);
  return { recipe, drawn, file: outputs.fileOf("output", job) };
}

export async function drawAll(wanted: readonly Wanted[], run: Run): Promise<void> {
  const { flags, host, talk, outputs, model } = run;
  const exhibits: Exhibit[] = [];
  for (const [i, one] of wanted.entries()) {
    const of = wanted.length > 1 ? `picture ${i + 1} of ${wanted.length}, ` : "";
    exhibits.push(await exhibit(one, of, run));
  }
  await outputs.close();
  const setting = drawSetting(model, flags, wanted[0].recipe);
  talk.clear();
  if (flags.json) await sendText(JSON.stringify(drawJson(exhibits, setting)), host, outputs);
  if (flags.stats) host.stderr.write(`${drawTable(exhibits, setting)}\n`);
  else if (!(flags.json && outputs.usesStdout)) talk.note(drawSummary(exhibits));
}

export async function compareAll(wanted: readonly Wanted[], run: Run): Promise<void> {
  const { flags, host, talk, outputs, model, draw } = run;
  const comparison = await compare(async (way, first) => {
    const made = [];
    for (const { job, recipe } of wanted) {
      const drawn = await draw(recipe, { ...flags, plain: way === "plain" });
      if (first)
        await outputs.save(job, outputs.finish(drawn.pixels), drawn.tokens, toXmp(recipe, recipe.prompt));
      made.push({ tokens: drawn.tokens.tokens, metrics: drawn.metrics });
    }
    return made;
  }, talk);
  await outputs.close();
  const setting = drawSetting(model, flags, wanted[0].recipe);
  talk.clear();
  const figures = comparisonJson(comparison, WORDS);
  const text = flags.json ? JSON.stringify({ ...setting, ...figures }) : comparisonTable(comparison, WORDS);
  await sendText(text, host, outputs);
  checkComparison(comparison, setting.verifier, WORDS);
}
