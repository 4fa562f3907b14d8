import { usage } from "../core/errors.js";
import type { Token, Verifier } from "../core/types.js";
import {
  block,
  group,
  identical,
  lenient,
  nearest,
  rejection,
  tolerance,
  topk,
  typical,
} from "../verifiers/index.js";
import { codebook } from "./codebook.js";
import type { ImageManifest } from "./manifest.js";
import type { ImageVerifierName } from "./names.js";

/** Codes that count as near in `nearest`. */
const NEIGHBOURS = 24;

const LOSSLESS: Partial<Record<ImageVerifierName, () => Verifier>> = { identical, rejection, block };

/**
 * A verifier by name; `relax` 0 is lossless, and more is further from it, in the verifier's own measure.
 *
 * @throws usage errors for a setting out of range, or given to a verifier that has none
 */
export function imageVerifier(
  name: ImageVerifierName,
  relax: number | undefined,
  manifest: ImageManifest,
): Verifier {
  const lossless = LOSSLESS[name];
  if (lossless) {
    if (relax === undefined || relax === 0) return lossless();
    throw usage(
      `the verifier "${name}" is lossless and takes no relax: choose nearest, group, tolerance, typical, lenient or topk`,
    );
  }
  const levels = Math.max(...manifest.codebook.levels);
  const ranges: Partial<Record<ImageVerifierName, [initial: number, high: number, whole: boolean]>> = {
    nearest: [0.1, 1, false],
    tolerance: [0.1, 1, false],
    typical: [0.7, 1, false],
    lenient: [0.5, 0.99, false],
    group: [1, Math.ceil(Math.log2(levels)), true],
    topk: [10, manifest.target.vocabularySize, true],
  };
  const range = ranges[name];
  if (!range)
    throw usage(
      `there is no verifier "${name}": choose one of ${Object.keys({ ...LOSSLESS, ...ranges }).join(", ")}`,
    );
  const [initial, high, whole] = range;
  const value = relax ?? initial;
  if (!(value >= 0 && value <= high) || (whole && !Number.isInteger(value)))
    throw usage(
      `relax is ${value}: for the verifier "${name}" give a ${whole ? "whole " : ""}number from 0 to ${high}`,
    );
  if (value === 0) return { ...tolerance({ beta: 0 }), name };

  const book = () => codebook(manifest.codebook.levels);
  switch (name) {
    case "nearest": {
      const { neighbours } = book();
      return nearest({ delta: value, neighbours: (token: Token) => neighbours(token, NEIGHBOURS) });
    }
    case "group": {
      const { cell } = book();
      return group({ groupOf: (token) => cell(token, value) });
    }
    case "typical":
      return typical({ epsilon: 1 - value });
    case "lenient":
      return lenient({ lenience: 1 - value });
    case "topk":
      return topk({ k: value });
    default:
      return tolerance({ beta: value });
  }
}
