import { usage } from "../../core/errors.js";
import { neededFfmpeg } from "../ffmpeg.js";
import type { Beside, StreamPlace } from "../place.js";
import { send } from "../stream.js";
import { FFMPEG_FORMATS, ffmpegSink } from "./encoded.js";
import { rawSink, type SoundSink } from "./pcm.js";
import { ENDLESS, wavHeader, wavSink } from "./wav.js";

/** Kinds of sound files, by extension. */
export const SOUND_FORMATS = ["wav", ...Object.keys(FFMPEG_FORMATS)];

/** Opens sinks of one kind. */
export type SoundWriter = (place: Beside | StreamPlace, sampleRate: number) => Promise<SoundSink>;

/**
 * What writes sound of a kind to a file, or to a stream while it is made: there a .wav says that it is endless, and an .m4a
 * comes in pieces.
 *
 * @param name what is written, for messages
 * @throws a usage error for an unknown kind, a failure where ffmpeg is needed and is not there
 *
 * @example
 * const open = soundWriter("mp3", "speech.mp3", process.env);
 * const sink = await open(await beside("speech.mp3"), 22050);
 * for await (const { samples } of speak("Hello.")) await sink.write(samples);
 * await sink.close();
 */
export function soundWriter(format: string, name: string, env: NodeJS.ProcessEnv): SoundWriter {
  if (!SOUND_FORMATS.includes(format))
    throw usage(
      `${name}: there is no kind of sound file "${format}": choose one of ${SOUND_FORMATS.join(", ")}`,
    );
  if (format === "wav")
    return (place, rate) => ("stream" in place ? endlessWav(place, rate) : wavSink(place, rate));
  const ffmpeg = neededFfmpeg(env, name, "write .wav");
  return (place, rate) => ffmpegSink(ffmpeg, place, format, rate);
}

async function endlessWav({ stream, name }: StreamPlace, sampleRate: number): Promise<SoundSink> {
  await send(stream, await wavHeader(sampleRate, ENDLESS), name);
  return rawSink(stream, name);
}
