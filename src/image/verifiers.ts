import type { Verifier } from "../core/types.js";
import { group, type Knob, knobs, namedVerifier, nearest } from "../verifiers/index.js";
import { codebook } from "./codebook.js";
import type { ImageManifest } from "./manifest.js";
import type { ImageVerifierName } from "./names.js";

/** Codes that count as near in `nearest`. */
const NEIGHBOURS = 24;

/** Those of all media, and those that know the codebook. */
const imageKnobs = ({ codebook: { levels }, target }: ImageManifest): Readonly<Record<string, Knob>> => ({
  nearest: {
    initial: 0.1,
    high: 1,
    at(delta) {
      const { neighbours } = codebook(levels);
      return nearest({ delta, neighbours: (token) => neighbours(token, NEIGHBOURS) });
    },
  },
  group: {
    initial: 1,
    high: Math.ceil(Math.log2(Math.max(...levels))),
    whole: true,
    at(coarseness) {
      const { cell } = codebook(levels);
      return group({ groupOf: (token) => cell(token, coarseness) });
    },
  },
  ...knobs,
  topk: { ...knobs.topk, high: target.vocabularySize },
});

/** @throws as `namedVerifier` does */
export const imageVerifier = (
  name: ImageVerifierName,
  relax: number | undefined,
  manifest: ImageManifest,
): Verifier => namedVerifier(name, relax, imageKnobs(manifest));
