import { usage } from "../../core/errors.js";
import { beside } from "../../files/place.js";
import { soundReader } from "../../files/sound/read.js";
import { send } from "../../files/stream.js";
import { checkUnits, parseUnits, unitsFile } from "../../speech/tokens.js";
import { orAbort } from "../errors.js";
import type { VoiceChoice } from "../flags.js";
import { createTalk, type Host } from "../host.js";
import { readText } from "../input.js";
import { chooseOutput, type OutputOptions } from "../speak/output.js";
import { createPieceWriter } from "../speak/pieces.js";
import { checkVoice, openVoice } from "../speak/voice.js";

interface Quiet {
  readonly quiet?: boolean;
}

/** `foretoken encode` */
export async function encodeCommand(
  path: string,
  flags: VoiceChoice & Quiet & { readonly output?: string },
  host: Host,
): Promise<void> {
  const talk = createTalk(host.stderr, flags.quiet);
  const { output = "-" } = flags;
  const read = await soundReader(path, host);
  const file = output === "-" ? undefined : await beside(output);
  try {
    const speech = await host.speech();
    const place = checkVoice(flags, speech);
    const { manifest } = speech.findVoice(place);
    const deaf = () => usage(`the voice ${manifest.name} has no encoder: choose one that has, with --voice`);
    if (!manifest.encoder) throw deaf();
    const samples = await read(manifest.sampleRate);
    const voice = await openVoice(place, flags, speech, host, talk);
    if (!voice.encode) throw deaf();
    const units = await orAbort(voice.encode(samples), host.signal);
    const text = `${JSON.stringify(unitsFile(manifest, units))}\n`;
    if (file) {
      await file.fill(text);
    } else await send(host.stdout, Buffer.from(text), "standard output");
    talk.note(`${units.length} units from ${(samples.length / manifest.sampleRate).toFixed(2)} s of sound`);
  } finally {
    await file?.discard();
  }
}

/** Units that go to the decoder at a time. */
const BATCH = 64;

/** `foretoken decode` */
export async function decodeCommand(
  path: string,
  flags: VoiceChoice & OutputOptions & Quiet,
  host: Host,
): Promise<void> {
  const talk = createTalk(host.stderr, flags.quiet);
  const file = parseUnits(await readText(path, host), path);
  const output = await chooseOutput(flags, host, talk);
  const writer = createPieceWriter(output, host.signal);
  try {
    const speech = await host.speech();
    const place = checkVoice({ voice: file.model, ...flags }, speech);
    checkUnits(file, speech.findVoice(place).manifest, path);
    const { decoder, sampleRate } = await openVoice(place, flags, speech, host, talk);
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
  } catch (error) {
    await writer.abort();
    throw error;
  } finally {
    await output.discard();
  }
}
