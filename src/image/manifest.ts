import { z } from "zod";
import { stylesSchema } from "../medium/captions.js";
import {
  type Found,
  findModel,
  languageModelSchema,
  listModels,
  manifestSchema,
} from "../runtime/manifest.js";
import { size, whole } from "../runtime/schema.js";

/** A text -> image-tokens model: language model, tokenizer, words. */
export const imageManifestSchema = manifestSchema.extend({
  kind: z.literal("image"),
  target: languageModelSchema,
  /** Tokens of a picture; `blank` is the one of empty ground. */
  grid: z.object({ rows: size, columns: size, blank: whole }),
  picture: z.object({ width: size, height: size }),
  /** int64 [N,rows,columns] -> uint8 [N,height,width,3]. */
  decoder: z.object({ graph: z.string() }),
  /** uint8 [N,height,width,3] -> int64 [N,rows*columns]. */
  encoder: z.object({ graph: z.string(), width: size, height: size }),
  /** Hidden states -> logits of the tokens two, three, ... places on. */
  heads: z.object({ graph: z.string(), count: size }).optional(),
  /** Levels of a finite scalar quantiser (Mentzer et al. 2024), the fastest digit first. */
  codebook: z.object({ levels: z.array(size) }),
  /** The prompt is [style, kind, words ..., begin]; its ids count from `base`. */
  prompt: z.object({
    words: size,
    base: whole,
    pad: whole,
    null: whole,
    unknown: whole,
    begin: whole,
    clean: whole,
    recoloured: whole,
    mood: whole.optional(),
  }),
  words: z.string(),
  styles: stylesSchema.optional(),
  sampling: z.object({ temperature: z.number().nonnegative() }),
});

export type ImageManifest = z.infer<typeof imageManifestSchema>;

/** The words file beside a manifest. */
export const wordsSchema = z.object({
  /** Word -> text id; from `nseen` on, words that training never saw and that have a word vector only. */
  ids: z.record(z.string(), whole),
  nseen: whole,
  styles: z.record(z.string(), whole),
  colours: z.array(z.string()),
  /** Words for a mood, one or several -> the mood. */
  moods: z.record(z.string(), z.string()).optional(),
  /** Caption -> styles in which training showed it. */
  captions: z.record(z.string(), z.array(z.string())),
});

export type WordsFile = z.infer<typeof wordsSchema>;

export const listImageModels = () => listModels("image");

export const findImageModel = (nameOrPath: string): Found<ImageManifest> =>
  findModel(nameOrPath, imageManifestSchema, "image");
