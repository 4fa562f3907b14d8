import type { ImageManifest } from "../image/manifest.js";
import type { ImageDrafterName, ImageVerifierName } from "../image/names.js";
import type { LanguageModelManifest } from "../runtime/manifest.js";
import type { SpeechManifest } from "../speech/manifest.js";
import type { SpeechDrafterName } from "../speech/names.js";
import type { TextManifest } from "../text/manifest.js";
import type { TextDrafterName, TextVerifierName } from "../text/names.js";
import type { LosslessName } from "../verifiers/named.js";
import type { VideoManifest } from "../video/manifest.js";
import type { VideoDrafterName, VideoVerifierName } from "../video/names.js";

/** Media with models, and what each names. */
export interface Media {
  readonly text: Named<TextDrafterName, TextVerifierName, TextManifest>;
  readonly speech: Named<SpeechDrafterName, LosslessName, SpeechManifest>;
  readonly image: Named<ImageDrafterName, ImageVerifierName, ImageManifest>;
  readonly video: Named<VideoDrafterName, VideoVerifierName, VideoManifest>;
}

interface Named<Drafter extends string, Verifier extends string, Manifest> {
  readonly drafter: Exclude<Drafter, "none">;
  readonly verifier: Verifier;
  readonly manifest: Manifest;
}

export type Medium = keyof Media;

/** Where methods belong, in the order of the survey's sections (Xia et al. 2024, sections 5 to 7 and appendix A). */
export const FAMILIES = {
  model: "Independent drafting: another model guesses",
  lookup: "Independent drafting: guesses are looked up",
  heads: "Self-drafting: heads on what the target makes of its tokens",
  shortcut: "Self-drafting: a part of the target guesses",
  mask: "Self-drafting: guesses are refined in the target's own passes",
  criterion: "Verification: which guesses stand",
  alignment: "Alignment: a drafter learns to guess as its target says",
  application: "Applications",
} as const;

export type Family = keyof typeof FAMILIES;

/** A speed-up, and what it was measured with. */
export interface Reported {
  readonly speedup: string;
  readonly on: string;
}

/** A method of the field, and what it is here. */
export interface Method {
  readonly name: string;
  readonly family: Family;
  /** Who described it, and when; "here" for what this toolkit adds. */
  readonly source: string;
  /** How it works. */
  readonly how: string;
  /** When it pays. */
  readonly pays: string;
  /** What `--drafter` calls it, by medium. */
  readonly drafters?: { readonly [M in Medium]?: readonly Media[M]["drafter"][] };
  /** What `--verifier` calls it, by medium. */
  readonly verifiers?: { readonly [M in Medium]?: readonly Media[M]["verifier"][] };
  /** Where it is, if it has no such name; undefined besides: it is not here, and `pays` says why. */
  readonly place?: string;
  /** By its own paper. */
  readonly reported?: Reported;
  /** By Spec-Bench's own leaderboard: temperature 0, Vicuna-7B, RTX 3090. */
  readonly specBench?: number;
}

/** What a drafter is made of, besides the target. */
export interface Need<Manifest = never> {
  readonly what: "nothing" | "a table" | "weights" | "a datastore";
  /** Sections of the model's manifest without which it cannot be; their files are named after them. */
  readonly sections?: readonly (keyof Manifest & string)[];
  /** What the target itself must have: then the weights are in the target's files. */
  readonly inTarget?: (target: LanguageModelManifest) => unknown;
  /** It does without those sections, too. */
  readonly optional?: boolean;
  /** How to come by what is missing. */
  readonly get?: string;
  /** How long its weights or table took to make. */
  readonly taught?: { readonly minutes: number; readonly on: string };
}
