import { usage } from "../../core/errors.js";
import type { Voice } from "../../speech/voice.js";
import type { Host, SpeechLibrary } from "../host.js";
import { chooseModel, type Models, sendNames } from "../models.js";
import type { EncodeFlags } from "./options.js";

export const voices = (speech: SpeechLibrary): Models<Voice> => ({
  kind: "voice",
  standard: speech.DEFAULT_VOICE,
  list: speech.listVoices,
  find: speech.findVoice,
  load: speech.loadVoice,
});

/** @throws a usage error that names near ones for a voice that is not there, before anything is loaded */
export function chooseVoice(
  { voice, model }: Pick<EncodeFlags, "voice" | "model">,
  speech: SpeechLibrary,
): string {
  // A bare word after --model is a folder here, not the name of a voice.
  const folder = model === undefined || /[/\\]/.test(model) ? model : `./${model}`;
  return chooseModel(folder ?? voice, voices(speech));
}

/** `--list-voices` */
export async function listVoices(speech: SpeechLibrary, host: Host): Promise<void> {
  const names = speech.listVoices();
  if (!names.length)
    throw usage(
      "there are no voices: npm install @foretoken/voice-joe, or name a folder that holds some in FORETOKEN_MODELS",
    );
  const remark = (name: string) => {
    const { version, license, sampleRate } = speech.findVoice(name).manifest;
    const standard = name === speech.DEFAULT_VOICE ? ", the default" : "";
    return `version ${version}, ${sampleRate} Hz, ${license}${standard}`;
  };
  await sendNames(names, remark, host);
}
