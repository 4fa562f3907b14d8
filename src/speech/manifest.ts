import { z } from "zod";
import { languageModelSchema, manifestSchema } from "../runtime/manifest.js";
import { size } from "../runtime/schema.js";

/** What a speech model's manifest says besides what every manifest says. */
export const speechManifestSchema = manifestSchema.extend({
  kind: z.literal("speech"),
  target: languageModelSchema,
  draft: languageModelSchema.optional(),
  /** Layout of the vocabulary: units from 0, then the end, the beginning, padding, then symbols. `samples`: of one unit. */
  units: z.object({
    count: size,
    end: z.number().int(),
    begin: z.number().int(),
    symbols: z.number().int(),
    samples: size,
  }),
  sampleRate: size,
  /** Characters of the phonetic alphabet by symbol id: 0 padding, 1 start, 2 end, then the characters. */
  symbols: z.array(z.string()),
  /** Which characters join their neighbours to one phone. */
  groups: z.object({ stress: z.string(), join: z.string(), punctuation: z.string() }),
  /** `context`: units on each side that a unit's sound depends on; `padding`: silent units before and behind a sentence. */
  decoder: z.object({
    graph: z.string(),
    pad: z.number().int(),
    padding: z.number().int(),
    context: z.number().int(),
  }),
  encoder: z.object({ graph: z.string() }).optional(),
  follow: z
    .object({
      graph: z.string(),
      tables: z.string(),
      hidden: z.number().int(),
      places: z.number().int(),
      history: z.number().int(),
      arrays: z.array(
        z.object({ name: z.string(), shape: z.array(z.number().int()), offset: z.number().int() }),
      ),
    })
    .optional(),
  sampling: z.object({ temperature: z.number() }),
});

export type SpeechManifest = z.infer<typeof speechManifestSchema>;
