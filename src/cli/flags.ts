import type { Device } from "../runtime/ort.js";
import type { SpeechDrafterName } from "../speech/names.js";
import type { OutputOptions } from "./output/index.js";

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
