import { z } from "zod";
import { stylesSchema } from "../medium/captions.js";
import {
  type Found,
  findModel,
  languageModelSchema,
  listModels,
  manifestSchema,
} from "../runtime/manifest.js";
import { rgb, size, whole } from "../runtime/schema.js";

/** A text -> video-tokens model: language model, tokenizer, words. */
export const videoManifestSchema = manifestSchema.extend({
  kind: z.literal("video"),
  target: languageModelSchema,
  /** A clip is [ground, a shift for each frame, the frames' patches]; `blank` is the patch with nothing in it. */
  clip: z.object({ frames: size, rows: size, columns: size, fps: z.number().positive(), blank: whole }),
  /** Ids of grounds, from `base` on; one colour, or two for a gradient from top to bottom. */
  backgrounds: z.object({
    base: whole,
    names: z.array(z.string()),
    rgb: z.record(z.string(), z.union([rgb, z.tuple([rgb, rgb]).readonly()])),
  }),
  /** Ids of shifts, base + down * size + right, in `size`ths of a patch: how far patches stand from their grid. */
  shifts: z.object({ base: whole, size }),
  /** What is seen of the canvas of patches, in pixels. */
  picture: z.object({ width: size, height: size }),
  /** int64 [N,rows,columns] -> uint8 [N,height,width,4], premultiplied RGBA. */
  decoder: z.object({ graph: z.string(), width: size, height: size }),
  /** uint8 [N,height,width,4], premultiplied RGBA -> int64 [N,rows,columns]. */
  encoder: z.object({ graph: z.string(), width: size, height: size }),
  /** Levels of a finite scalar quantiser (Mentzer et al. 2024), the fastest digit first. */
  codebook: z.object({ levels: z.array(size) }),
  /** The prompt is [style, words ..., begin]; its ids count from `base`. */
  prompt: z.object({ words: size, base: whole, pad: whole, unknown: whole, begin: whole, nostyle: whole }),
  words: z.string(),
  /** Patches of known things (see `readStore`). */
  store: z.string().optional(),
  styles: stylesSchema.optional(),
  sampling: z.object({ temperature: z.number().nonnegative(), minP: z.number().min(0).max(1).optional() }),
  /** How much the store is believed (see `recalling`). */
  recall: z.number().min(0).lt(1).optional(),
});

export type VideoManifest = z.infer<typeof videoManifestSchema>;

/** The words file beside a manifest. */
export const videoWordsSchema = z.object({
  /** Word -> text id. */
  ids: z.record(z.string(), whole),
  styles: z.record(z.string(), whole),
  stopWords: z.array(z.string()),
  /** Motion -> its phrases; speed -> its adverbs; size -> its words. */
  motions: z.record(z.string(), z.array(z.string())),
  adverbs: z.record(z.string(), z.array(z.string())),
  sizes: z.record(z.string(), z.array(z.string())),
  /** Phrase -> ground. */
  grounds: z.record(z.string(), z.string()),
  /** Words for colours that things can be turned to. */
  colours: z.array(z.string()),
  things: z.array(z.object({ name: z.string(), aliases: z.array(z.string()), category: z.string() })),
  /** Names of things that move by themselves in the style "animated"; they count as things behind the others. */
  animations: z.array(z.string()),
  /** "motion speed size" -> the shifts of the frames. */
  plans: z.record(z.string(), z.array(whole)).optional(),
  /** The same -> their poses (see `ReadClip`). */
  poses: z.record(z.string(), z.array(whole)).optional(),
  /** Where in the store a thing's patches lie, in one style (see `readStore`). */
  store: z.array(z.object({ thing: whole, style: z.string(), offset: whole, bytes: size })).optional(),
});

export type VideoWords = z.infer<typeof videoWordsSchema>;

export const listVideoModels = () => listModels("video");

export const findVideoModel = (nameOrPath: string): Found<VideoManifest> =>
  findModel(nameOrPath, videoManifestSchema, "video");
