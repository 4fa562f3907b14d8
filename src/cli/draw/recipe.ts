import { z } from "zod";
import { failure, kindOf, usage } from "../../core/errors.js";
import { fromXmp, inspect } from "../../files/pictures/xmp.js";
import {
  IMAGE_DRAFTERS,
  IMAGE_VERIFIERS,
  type ImageDrafterName,
  type ImageVerifierName,
} from "../../image/names.js";
import type { ImageTokens } from "../../image/tokens.js";
import type { ImageModel } from "../../image/types.js";
import { parsed } from "../../runtime/json.js";
import { whole } from "../../runtime/schema.js";
import { isLossless } from "../../verifiers/named.js";
import type { ImageLibrary } from "../host.js";
import { type DrawFlags, FIXED_DRAFT_LENGTH } from "./options.js";

const names = <Name extends string>(of: Readonly<Record<Name, string>>) =>
  z.enum(Object.keys(of) as [Name, ...Name[]]);

const recipeSchema = z.object({
  prompt: z.string().optional(),
  seed: whole,
  stream: whole,
  model: z.string(),
  version: z.string(),
  style: z.string().optional(),
  temperature: z.number().optional(),
  guidance: z.number().optional(),
  /** Left out where it is `identical`: then neither it nor the guesses shape the picture. */
  verifier: names<ImageVerifierName>(IMAGE_VERIFIERS).optional(),
  relax: z.number().optional(),
  drafter: names<ImageDrafterName>(IMAGE_DRAFTERS).optional(),
  draftLength: whole.optional(),
  /** The picture it goes on from: its tokens, for the file may change or go. */
  from: z.object({ tokens: z.unknown(), keep: whole.optional(), vary: z.number().optional() }).optional(),
});

type Stored = z.infer<typeof recipeSchema>;

/** All that decides a picture: the same recipe gives the same tokens. */
export interface Recipe extends Omit<Stored, "from"> {
  readonly from?: {
    readonly tokens: ImageTokens;
    readonly keep?: number;
    readonly vary?: number;
  };
}

/** @throws failures that say why a file cannot be drawn again */
export async function readRecipe(path: string, { ImageTokens }: ImageLibrary): Promise<Recipe> {
  const { xmpAsString } = await inspect(path);
  const stored = xmpAsString === undefined ? undefined : fromXmp(xmpAsString);
  if (stored === undefined)
    throw failure(
      `${path} does not say how it was drawn: give a picture that foretoken draw wrote, as it wrote it`,
    );
  const { from, ...rest } = parsed(
    recipeSchema,
    stored,
    (field, what) => `${path} does not say rightly how it was drawn (${field || "the whole"}: ${what})`,
  );
  if (!from) return rest;
  const tokens = ImageTokens.parse(JSON.stringify(from.tokens), `the record in ${path}`);
  return { ...rest, from: { ...from, tokens } };
}

/** How tokens are judged, from the options and a recipe to follow. */
function judging(flags: DrawFlags, base?: Recipe): { verifier: ImageVerifierName; relax?: number } {
  const alone = flags.relax === undefined ? "identical" : "nearest";
  const verifier = flags.plain ? "identical" : (flags.verifier ?? base?.verifier ?? alone);
  const relax = flags.relax ?? (flags.verifier === undefined ? base?.relax : undefined);
  if (!isLossless(verifier)) return { verifier, relax };
  if (flags.relax === undefined) return { verifier };
  const relaxed = Object.keys(IMAGE_VERIFIERS).filter((name) => !isLossless(name));
  throw usage(
    `--relax does not go with --verifier ${verifier}, which changes nothing: choose one of ${relaxed.join(", ")}`,
  );
}

interface Wish {
  readonly prompt?: string;
  readonly stream: number;
}

/** The recipe of a picture: what is asked for, then what the recipe to follow says. */
export function recipeOf(
  { prompt, stream }: Wish,
  flags: DrawFlags,
  model: ImageModel,
  { base, tokens }: { readonly base?: Recipe; readonly tokens?: ImageTokens },
): Recipe {
  const judged = judging(flags, base);
  const guessed =
    judged.verifier === "identical"
      ? {}
      : {
          ...judged,
          drafter: flags.drafter ?? base?.drafter ?? model.defaultDrafter,
          draftLength: flags.draftLength ?? base?.draftLength ?? FIXED_DRAFT_LENGTH,
        };
  const given = tokens ?? base?.from?.tokens;
  const share = flags.keep === undefined && flags.vary === undefined ? base?.from : flags;
  return {
    prompt,
    seed: flags.seed ?? base?.seed ?? 0,
    stream,
    model: model.name,
    version: model.manifest.version,
    style: flags.style ?? base?.style,
    temperature: flags.temperature ?? base?.temperature,
    guidance: flags.guidance ?? base?.guidance,
    ...guessed,
    from: given && { tokens: given, keep: share?.keep, vary: share?.vary },
  };
}

/** What can be judged before a model is loaded. @throws usage errors for options that make no sense together */
export function checkRecipe(flags: DrawFlags): void {
  const { again, from, keep, vary } = flags;
  if (from !== undefined && keep === undefined && vary === undefined)
    throw usage("--from needs --keep ROWS or --vary STRENGTH: how much of the picture should stay?");
  const share = keep === undefined ? "--vary" : "--keep";
  if (from === undefined && again === undefined && (keep ?? vary) !== undefined)
    throw usage(`${share} needs --from PICTURE: of which picture?`);
  if (again === undefined) judging(flags);
}

/** @throws usage errors for options that do not go with the picture that is drawn again */
export function checkBase(flags: DrawFlags, base: Recipe | undefined): void {
  if (!base) return;
  judging(flags, base);
  if (!base.from && (flags.keep ?? flags.vary) !== undefined)
    throw usage(`${flags.again} was drawn from words alone: --keep and --vary need --from PICTURE`);
}

/** @throws a usage error where nothing would be left to draw */
export function checkKeep(keep: number | undefined, { rows }: { readonly rows: number }): void {
  if (keep !== undefined && keep >= rows)
    throw usage(`--keep ${keep} leaves nothing to draw: a picture has ${rows} rows, give 0 to ${rows - 1}`);
}

/** The model that drew a picture. @throws a failure when it is not here, or is not what it was */
export function sameModel({ model, version }: Recipe, path: string, image: ImageLibrary): string {
  const where = `${path} was drawn by the model ${model} ${version}`;
  try {
    const here = image.findImageModel(model).manifest.version;
    if (here === version) return model;
    throw failure(
      `${where}, and here is ${here}, which draws otherwise: name a model with --model to draw it anyway`,
    );
  } catch (error) {
    if (kindOf(error) !== "usage") throw error;
    throw failure(`${where}, which is not here: name another with --model`, error);
  }
}
