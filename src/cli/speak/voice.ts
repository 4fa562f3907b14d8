import { usage } from "../../core/errors.js";
import { hint } from "../../core/near.js";
import { send } from "../../files/stream.js";
import type { Voice } from "../../speech/voice.js";
import { orAbort } from "../errors.js";
import type { VoiceChoice } from "../flags.js";
import type { Host, SpeechLibrary, Talk } from "../host.js";

/** @throws a usage error that names near ones for a voice that is not there, before anything is loaded */
export function checkVoice({ voice, model }: VoiceChoice, speech: SpeechLibrary): string {
  const name = model ?? voice ?? speech.DEFAULT_VOICE;
  const isPath = model !== undefined || /[/\\]|^\./.test(name);
  const names = isPath ? [] : speech.listVoices();
  if (names.length && !names.includes(name)) {
    throw usage(
      `there is no voice ${name}: ${hint(name, names)}choose one of ${names.join(", ")}, or give a folder with --model`,
    );
  }
  // A bare word after --model is a folder here, not the name of a voice.
  const place = model !== undefined && !/[/\\]/.test(model) ? `./${model}` : name;
  speech.findVoice(place);
  return place;
}

/** Loads a voice. */
export async function openVoice(
  place: string,
  choice: VoiceChoice,
  speech: SpeechLibrary,
  host: Host,
  talk: Talk,
): Promise<Voice> {
  const warn = (line: string) => talk.note(`foretoken: ${line}`);
  return orAbort(speech.loadVoice(place, { device: choice.device, warn }), host.signal);
}

/** The names on standard output, what else there is to know behind them. */
export async function listVoices(speech: SpeechLibrary, { stdout }: Host): Promise<void> {
  const names = speech.listVoices();
  if (!names.length)
    throw usage(
      "there are no voices: npm install @foretoken/voice-joe, or name a folder that holds some in FORETOKEN_MODELS",
    );
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => {
    const { version, license, sampleRate } = speech.findVoice(name).manifest;
    const standard = name === speech.DEFAULT_VOICE ? ", the default" : "";
    return `${name.padEnd(width)}  version ${version}, ${sampleRate} Hz, ${license}${standard}\n`;
  });
  await send(stdout, Buffer.from(lines.join("")), "standard output");
}
