import { readFile } from "node:fs/promises";
import { failure } from "../../core/errors.js";
import { ffmpegRead, neededFfmpeg } from "../ffmpeg.js";
import { firstBytes } from "../first-bytes.js";
import { reading } from "../problems.js";

/** Where ffmpeg is looked for, and what stops it. */
export interface ReadingSound {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** A sound file as mono samples at a rate. */
export type SoundReader = (sampleRate: number) => Promise<Float32Array>;

/**
 * Opens a sound file: .wav is read by wavefile, anything else by ffmpeg.
 *
 * @throws a failure for a file that cannot be read, or not without ffmpeg, before anything else is loaded
 *
 * @example
 * const read = await soundReader("in.wav", { env: process.env, signal });
 * const samples = await read(22050);
 */
export async function soundReader(path: string, { env, signal }: ReadingSound): Promise<SoundReader> {
  const start = (await firstBytes(path, 12)).toString("latin1");
  const isWave = /^(RIFF|RIFX|RF64)....WAVE$/s.test(start);
  const ffmpeg = isWave ? "" : neededFfmpeg(env, `reading ${path}`, "give a .wav");
  return async (sampleRate) => {
    const read = isWave ? readWave(path, sampleRate) : readByFfmpeg(ffmpeg, path, sampleRate, signal);
    const samples = await read;
    if (!samples.length) throw failure(`${path} holds no sound`);
    return samples;
  };
}

async function readWave(path: string, sampleRate: number): Promise<Float32Array> {
  const { default: wavefile } = await import("wavefile");
  const bytes = await reading(path, readFile(path));
  try {
    const source = new wavefile.WaveFile(bytes);
    source.toBitDepth("64");
    const { numChannels, sampleRate: rate } = source.fmt as { numChannels: number; sampleRate: number };
    const mono = mix(source.getSamples(true), numChannels);
    if (rate === sampleRate) return Float32Array.from(mono);
    const target = new wavefile.WaveFile();
    target.fromScratch(1, rate, "64", mono);
    target.toSampleRate(sampleRate);
    return Float32Array.from(target.getSamples(true));
  } catch (cause) {
    throw failure(
      `${path} is not a .wav that can be read: ${(cause as Error).message}; convert it with ffmpeg`,
      cause,
    );
  }
}

/** Mean of the channels of interleaved samples. */
function mix(samples: Float64Array, channels: number): Float64Array {
  if (channels === 1) return samples;
  const mono = new Float64Array(Math.floor(samples.length / channels));
  for (let i = 0; i < mono.length; i++) {
    for (let channel = 0; channel < channels; channel++)
      mono[i] += samples[i * channels + channel] / channels;
  }
  return mono;
}

async function readByFfmpeg(ffmpeg: string, path: string, sampleRate: number, signal: AbortSignal) {
  const chunks: Buffer[] = [];
  await ffmpegRead({
    ffmpeg,
    path,
    signal,
    arrange: (command) => command.noVideo().audioChannels(1).audioFrequency(sampleRate).format("f32le"),
    onBytes: (chunk) => chunks.push(chunk),
  });
  const bytes = Buffer.concat(chunks);
  return Float32Array.from({ length: bytes.length >> 2 }, (_, i) => bytes.readFloatLE(4 * i));
}
