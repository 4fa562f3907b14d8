import { z } from "zod";
import {
  type Found,
  findModel,
  languageModelSchema,
  listModels,
  manifestSchema,
} from "../runtime/manifest.js";
import { size, whole } from "../runtime/schema.js";

/** A part of the target (see `targetPart`): its graph, and the target's layers whose past it reads. */
const partSchema = z.object({ graph: z.string(), layers: z.array(whole).min(1) });

const readerSchema = z.object({
  graph: z.string(),
  /** The tokens that it scores, in the order of its logits: two bytes each, the lower one first. */
  words: z.string(),
  /** The target's output that it reads. */
  features: z.string(),
});

const featureHeadSchema = readerSchema.extend({
  /** Numbers of its own state. */
  stateSize: size,
  keyValueHeads: size,
  headSize: size,
  /** Most rows that it can have read. */
  length: size,
});

const parallelSchema = readerSchema.extend({
  /** Places that are guessed at once. */
  guesses: size,
  /** How often guesses stand once those before them do, by place and rank (see `parallel`). */
  stands: z.array(z.array(z.number().min(0).max(1))).optional(),
});

const blockSchema = parallelSchema.extend({
  layers: size,
  keyValueHeads: size,
  headSize: size,
  /** Most rows that it can have read. */
  length: size,
});

/** A table of what the model usually says (see `ngrams`). */
const ngramSchema = z.object({
  file: z.string(),
  /** Tokens of the longest context. */
  order: size,
});

export type NgramManifest = z.infer<typeof ngramSchema>;

/** A model of text: language model, tokenizer, chat template. */
export const textManifestSchema = manifestSchema.extend({
  kind: z.literal("text"),
  target: languageModelSchema,
  /** A small model of the same tokens, for drafting. */
  draft: languageModelSchema.optional(),
  /** Another one, which is right where that one is wrong, for drafting beside it. */
  boosted: languageModelSchema.optional(),
  /** A network that drafts from the target's features (see `featureHead`). */
  eagle: featureHeadSchema.optional(),
  /** Heads that draft several places at once from them (see `parallelHeads`). */
  medusa: parallelSchema.optional(),
  /** A network that drafts several places in one pass (see `blockDrafter`). */
  block: blockSchema.optional(),
  /** One that gets the features of the prompt only. */
  specdec: blockSchema.optional(),
  /** The target without some of its layers, over the same weights. */
  skip: partSchema.optional(),
  /** Its first layers, with an exit behind them. */
  exit: partSchema.optional(),
  /** Made of its own answers, for drafting. */
  ngrams: ngramSchema.optional(),
  /** A byte-level tokenizer in the format of Hugging Face's tokenizers. */
  tokenizer: z.string(),
  /** Tokens that end an answer. */
  end: z.array(whole).min(1),
  chat: z.object({
    /** A Jinja template, which gets messages, add_generation_prompt and `variables`. */
    template: z.string(),
    /** Who may say something. */
    roles: z.array(z.string()).default(["system", "user", "assistant"]),
    /** What the model is told first, unless the prompt says something else; left out, that is left to the template. */
    system: z.string().optional(),
    /** Further names that the template uses, such as bos_token. */
    variables: z.record(z.string(), z.string()).optional(),
  }),
  /** Most tokens of an answer, unless more are asked for. */
  maxTokens: size.optional(),
  sampling: z
    .object({
      temperature: z.number().nonnegative(),
      topK: whole,
      topP: z.number().positive().max(1),
      minP: z.number().min(0).max(1),
      repetitionPenalty: z.number().positive(),
    })
    .partial(),
});

export type TextManifest = z.infer<typeof textManifestSchema>;

export const listTextModels = () => listModels("text");

export const findTextModel = (nameOrPath: string): Found<TextManifest> =>
  findModel(nameOrPath, textManifestSchema, "text");
