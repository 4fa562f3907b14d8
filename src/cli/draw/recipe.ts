import { z } from "zod";
import { failure, usage } from "../../core/errors.js";
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
import type { DrawFlags } from "../flags.js";
import type { ImageLibrary } from "../host.js";
import { FIXED_DRAFT_LENGTH } from "./options.js";

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
export function judging(flags: DrawFlags, base?: Recipe): { verifier: ImageVerifierName; relax?: number } {
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

export interface Wish {
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
