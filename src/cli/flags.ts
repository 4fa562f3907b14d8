import type { ImageDrafterName, ImageVerifierName } from "../image/names.js";
import type { Device } from "../runtime/ort.js";
import type { SpeechDrafterName } from "../speech/names.js";
import type { VideoDrafterName, VideoVerifierName } from "../video/names.js";
import type { OutputOptions } from "./output/index.js";
import type { Size } from "./parse.js";

/** Which voice, and where it runs. */
export interface VoiceChoice {
  readonly voice?: string;
  readonly model?: string;
  readonly device?: Device;
}

/** The options of `foretoken speak`, parsed. */
export interface SpeakFlags extends OutputOptions, VoiceChoice {
  readonly file?: string;
  readonly listVoices?: boolean;
  readonly speed?: number;
  readonly seed?: number;
  readonly temperature?: number;
  readonly drafter?: SpeechDrafterName;
  readonly verifier?: string;
  readonly draftLength?: number;
  readonly plain?: boolean;
  readonly compare?: boolean;
  readonly stats?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** The options of `foretoken draw`, parsed. */
export interface DrawFlags {
  readonly file?: string;
  readonly style?: string;
  readonly listStyles?: boolean;
  readonly output?: string;
  readonly count?: number;
  readonly sheet?: string;
  readonly progressive?: string;
  readonly tokens?: string;
  readonly model?: string;
  readonly device?: Device;
  readonly seed?: number;
  readonly temperature?: number;
  readonly guidance?: number;
  readonly size?: Size;
  readonly background?: string;
  readonly again?: string;
  readonly from?: string;
  readonly keep?: number;
  readonly vary?: number;
  readonly fromTokens?: string;
  readonly drafter?: ImageDrafterName;
  readonly verifier?: ImageVerifierName;
  readonly relax?: number;
  readonly draftLength?: number;
  readonly plain?: boolean;
  readonly compare?: boolean;
  readonly stats?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** The options of `foretoken animate`, parsed. */
export interface AnimateFlags {
  readonly file?: string;
  readonly style?: string;
  readonly listStyles?: boolean;
  readonly listMotions?: boolean;
  readonly output?: string;
  readonly count?: number;
  readonly strip?: string;
  readonly rounds?: string;
  readonly tokens?: string;
  readonly frames?: number;
  readonly fps?: number;
  readonly size?: Size;
  readonly loop?: number;
  readonly background?: string;
  readonly model?: string;
  readonly device?: Device;
  readonly seed?: number;
  readonly temperature?: number;
  readonly recall?: number;
  readonly from?: string;
  readonly continue?: string;
  readonly fromTokens?: string;
  readonly drafter?: VideoDrafterName;
  readonly verifier?: VideoVerifierName;
  readonly draftLength?: number;
  readonly plain?: boolean;
  readonly compare?: boolean;
  readonly stats?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}
