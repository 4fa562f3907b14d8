import { ffmpegPipe, IN_PIECES } from "../ffmpeg.js";
import type { Beside, StreamPlace } from "../place.js";
import { pcm16, type SoundSink } from "./pcm.js";

interface Format {
  /** ffmpeg's name of the container. */
  readonly format: string;
  readonly codec: string;
  /** ffmpeg's -q:a, where the codec's own choice is too low for one voice at 22 kHz. */
  readonly quality?: number;
}

/** By extension. */
export const FFMPEG_FORMATS: Readonly<Record<string, Format>> = {
  mp3: { format: "mp3", codec: "libmp3lame", quality: 2 },
  ogg: { format: "ogg", codec: "libvorbis", quality: 5 },
  flac: { format: "flac", codec: "flac" },
  m4a: { format: "ipod", codec: "aac" },
  opus: { format: "opus", codec: "libopus" },
};

/** Sound piped through ffmpeg into a file as it is made. */
export async function ffmpegSink(
  ffmpeg: string,
  file: Beside | StreamPlace,
  extension: string,
  sampleRate: number,
): Promise<SoundSink> {
  const { format, codec, quality } = FFMPEG_FORMATS[extension];
  const pieces = extension === "m4a" && "stream" in file ? IN_PIECES : [];
  const { write, ...pipe } = await ffmpegPipe(ffmpeg, file, (command) =>
    command
      .inputFormat("s16le")
      .inputOptions(["-ar", String(sampleRate), "-ac", "1"])
      .audioCodec(codec)
      .outputOptions([...pieces, ...(quality === undefined ? [] : ["-q:a", String(quality)])])
      .format(format),
  );
  return { ...pipe, write: (samples) => write(pcm16(samples)) };
}
