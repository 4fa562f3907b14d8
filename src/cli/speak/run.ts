import type { PlannedSentence, SentenceReport, Sound, SpeakOptions } from "../../speech/speak.js";
import type { Voice } from "../../speech/voice.js";
import { type LosslessName, losslessVerifier } from "../../verifiers/named.js";
import type { SpeakFlags } from "../flags.js";
import type { SpeechLibrary } from "../host.js";
import type { Setting } from "../report.js";

export interface Saying {
  /** Without guesses, whatever the options say. */
  readonly plain?: boolean;
  readonly onSentence?: (report: SentenceReport) => void;
}

/** Says the sentences of a text into `to`, a piece of sound at a time; gives what was reported of its sentences. */
export type Say = (
  sentences: readonly PlannedSentence[],
  to: (sound: Sound) => Promise<void>,
  saying?: Saying,
) => Promise<SentenceReport[]>;

export function createSay(speech: SpeechLibrary, voice: Voice, flags: SpeakFlags, signal: AbortSignal): Say {
  const { drafter, draftLength, seed, speed, temperature } = flags;
  const verifier =
    flags.verifier === undefined ? undefined : losslessVerifier(flags.verifier as LosslessName);
  const options: SpeakOptions = {
    voice,
    verifier,
    seed,
    speed,
    signal,
    sampling: temperature === undefined ? undefined : { temperature },
  };
  return async (sentences, to, { plain = flags.plain, onSentence } = {}) => {
    const reports: SentenceReport[] = [];
    const sound = speech.speak(sentences, {
      ...options,
      ...(plain ? { drafter: "none" } : { drafter, draftLength }),
      onSentence(report) {
        reports.push(report);
        onSentence?.(report);
      },
    });
    for await (const piece of sound) await to(piece);
    return reports;
  };
}

/** The options of a run with their defaults, for its report. */
export function settingOf(voice: Voice, flags: SpeakFlags): Setting {
  const { seed = 0, speed = 1, verifier = "identical" } = flags;
  const drafter = flags.plain || flags.draftLength === 0 ? "none" : (flags.drafter ?? voice.defaultDrafter);
  return {
    voice: voice.name,
    version: voice.manifest.version,
    device: voice.device,
    drafter,
    verifier,
    seed,
    speed,
  };
}
