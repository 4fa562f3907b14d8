import { usage } from "../core/errors.js";
import { noSuch } from "../core/near.js";
import type { Verifier } from "../core/types.js";
import {
  group,
  isLossless,
  LOSSLESS,
  lenient,
  losslessVerifier,
  nearest,
  tolerance,
  topk,
  typical,
} from "../verifiers/index.js";
import { codebook } from "./codebook.js";
import type { ImageManifest } from "./manifest.js";
import type { ImageVerifierName } from "./names.js";

/** Codes that count as near in `nearest`. */
const NEIGHBOURS = 24;

interface Knob {
  readonly initial: number;
  readonly high: number;
  readonly whole?: boolean;
  /** The verifier at a setting above 0. */
  readonly at: (relax: number) => Verifier;
}

/** The verifiers with a knob: its standard setting, its range, and what it means to each. */
const knobs = ({
  codebook: { levels },
  target,
}: ImageManifest): Partial<Record<ImageVerifierName, Knob>> => ({
  nearest: {
    initial: 0.1,
    high: 1,
    at(delta) {
      const { neighbours } = codebook(levels);
      return nearest({ delta, neighbours: (token) => neighbours(token, NEIGHBOURS) });
    },
  },
  tolerance: { initial: 0.1, high: 1, at: (beta) => tolerance({ beta }) },
  typical: { initial: 0.7, high: 1, at: (relax) => typical({ epsilon: 1 - relax }) },
  lenient: { initial: 0.5, high: 0.99, at: (relax) => lenient({ lenience: 1 - relax }) },
  group: {
    initial: 1,
    high: Math.ceil(Math.log2(Math.max(...levels))),
    whole: true,
    at(coarseness) {
      const { cell } = codebook(levels);
      return group({ groupOf: (token) => cell(token, coarseness) });
    },
  },
  topk: { initial: 10, high: target.vocabularySize, whole: true, at: (k) => topk({ k }) },
});

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
  if (isLossless(name)) {
    if (relax === undefined || relax === 0) return losslessVerifier(name);
    throw usage(
      `the verifier "${name}" is lossless and takes no relax: choose nearest, group, tolerance, typical, lenient or topk`,
    );
  }
  const all = knobs(manifest);
  const knob = all[name];
  if (!knob) throw noSuch(`verifier "${name}"`, name, Object.keys({ ...LOSSLESS, ...all }));
  const { initial, high, whole = false, at } = knob;
  const value = relax ?? initial;
  if (!(value >= 0 && value <= high) || (whole && !Number.isInteger(value)))
    throw usage(
      `relax is ${value}: for the verifier "${name}" give a ${whole ? "whole " : ""}number from 0 to ${high}`,
    );
  // At 0 all of them are plain decoding.
  return value === 0 ? { ...tolerance({ beta: 0 }), name } : at(value);
}
