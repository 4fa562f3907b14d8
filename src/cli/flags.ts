import type { Size } from "../files/pictures/pixels.js";
import type { ImageDrafterName, ImageVerifierName } from "../image/names.js";
import type { Device } from "../runtime/ort.js";
import type { SpeechDrafterName } from "../speech/names.js";
import type { VideoDrafterName, VideoVerifierName } from "../video/names.js";
import type { OutputOptions } from "./speak/output.js";

/** Which voice, and where it runs. */
export interface VoiceChoice {
  readonly voice?: string;
  readonly model?: string;
  readonly device?: Device;
}

/** What `speak`, `draw` and `animate` all take. */
interface SpeculationFlags<Drafter, Verifier> {
  readonly file?: string;
  readonly seed?: number;
  readonly temperature?: number;
  readonly drafter?: Drafter;
  readonly verifier?: Verifier;
  readonly draftLength?: number;
  readonly plain?: boolean;
  readonly compare?: boolean;
  readonly stats?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** The options of `foretoken speak`, parsed. */
export interface SpeakFlags extends SpeculationFlags<SpeechDrafterName, string>, OutputOptions, VoiceChoice {
  readonly listVoices?: boolean;
  readonly speed?: number;
}

/** The options of `foretoken draw`, parsed. */
export interface DrawFlags extends SpeculationFlags<ImageDrafterName, ImageVerifierName> {
  readonly style?: string;
  readonly listStyles?: boolean;
  readonly output?: string;
  readonly count?: number;
  readonly sheet?: string;
  readonly progressive?: string;
  readonly tokens?: string;
  readonly model?: string;
  readonly device?: Device;
  readonly guidance?: number;
  readonly size?: Size;
  readonly background?: string;
  readonly again?: string;
  readonly from?: string;
  readonly keep?: number;
  readonly vary?: number;
  readonly fromTokens?: string;
  readonly relax?: number;
}

/** The options of `foretoken animate`, parsed. */
export interface AnimateFlags extends SpeculationFlags<VideoDrafterName, VideoVerifierName> {
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
  readonly recall?: number;
  readonly from?: string;
  readonly continue?: string;
  readonly fromTokens?: string;
}
