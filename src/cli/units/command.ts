import { usage } from "../../core/errors.js";
import { beside } from "../../files/place.js";
import { soundReader } from "../../files/sound/read.js";
import { send } from "../../files/stream.js";
import { checkUnits, parseUnits, unitsFile } from "../../speech/tokens.js";
import { orAbort } from "../host.js";
import { readText } from "../input.js";
import { command } from "../make.js";
import { openModel } from "../models.js";
import type { DecodeFlags, EncodeFlags } from "../speak/options.js";
import { chooseOutput, createWriter } from "../speak/output.js";
import { chooseVoice, voices } from "../speak/voice.js";

/** `foretoken encode` */
export const encodeCommand = command<EncodeFlags, string>(async (call) => {
  const { input: path, flags, host, talk } = call;
  const { output = "-" } = flags;
  const read = await soundReader(path, host);
  const file = output === "-" ? undefined : await beside(output);
  try {
    const speech = await host.speech();
    const place = chooseVoice(flags, speech);
    const { manifest } = speech.findVoice(place);
    const deaf = () => usage(`the voice ${manifest.name} has no encoder: choose one that has, with --voice`);
    if (!manifest.encoder) throw deaf();
    const samples = await read(manifest.sampleRate);
    const voice = await openModel(place, voices(speech), call);
    if (!voice.encode) throw deaf();
    const units = await orAbort(voice.encode(samples), host.signal);
    const text = `${JSON.stringify(unitsFile(manifest, units))}\n`;
    if (file) await file.fill(text);
    else await send(host.stdout, Buffer.from(text), "standard output");
    talk.note(`${units.length} units from ${(samples.length / manifest.sampleRate).toFixed(2)} s of sound`);
  } finally {
    await file?.discard();
  }
});

/** Units that go to the decoder at a time. */
const BATCH = 64;

/** `foretoken decode` */
export const decodeCommand = command<DecodeFlags, string>(async (call) => {
  const { input: path, flags, host, talk } = call;
  const file = parseUnits(await readText(path, host), path);
  const writer = createWriter(await chooseOutput(flags, host, talk), host.signal);
  try {
    const speech = await host.speech();
    const place = chooseVoice({ voice: file.model, ...flags }, speech);
    checkUnits(file, speech.findVoice(place).manifest, path);
    const { decoder, sampleRate } = await openModel(place, voices(speech), call);
    const stream = decoder.stream();
    let length = 0;
    const hear = async (samples: Float32Array | undefined) => {
      host.signal.throwIfAborted();
      length += samples?.length ?? 0;
      if (samples?.length) await writer.write({ samples, sampleRate });
    };
    for (let i = 0; i < file.units.length; i += BATCH)
      await hear(await stream.push(file.units.slice(i, i + BATCH)));
    await hear(await stream.finish());
    await writer.close();
    talk.note(`${(length / sampleRate).toFixed(2)} s of sound from ${file.units.length} units`);
  } finally {
    await writer.discard();
  }
});
