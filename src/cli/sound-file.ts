import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { PassThrough } from "node:stream";
import { failure } from "../core/errors.js";
import { cannotRead } from "./errors.js";
import type { Host } from "./host.js";
import { lastLines, neededFfmpeg } from "./output/ffmpeg.js";

/** A sound file as mono samples at a rate. */
export type SoundReader = (sampleRate: number) => Promise<Float32Array>;

/**
 * Opens a sound file: .wav is read by wavefile, anything else by ffmpeg.
 *
 * @throws a failure for a file that cannot be read, or not without ffmpeg, before anything else is loaded
 */
export async function soundReader(path: string, host: Host): Promise<SoundReader> {
  const start = (await firstBytes(path)).toString("latin1");
  const isWave = /^(RIFF|RIFX|RF64)....WAVE$/s.test(start);
  const ffmpeg = isWave ? "" : neededFfmpeg(host.env, `reading ${path}`, "give a .wav");
  return async (sampleRate) => {
    const reading = isWave ? readWave(path, sampleRate) : readByFfmpeg(ffmpeg, path, sampleRate, host.signal);
    const samples = await reading;
    if (!samples.length) throw failure(`${path} holds no sound`);
    return samples;
  };
}

async function firstBytes(path: string): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(12), 0, 12, 0);
      if (!bytesRead) throw failure(`${path} is empty`);
      return buffer;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code ? cannotRead(path, error) : error;
  }
}

async function readWave(path: string, sampleRate: number): Promise<Float32Array> {
  const [{ default: wavefile }, { readFile }] = await Promise.all([
    import("wavefile"),
    import("node:fs/promises"),
  ]);
  const bytes = await readFile(path).catch((error) => Promise.reject(cannotRead(path, error)));
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
  const { default: fluent } = await import("fluent-ffmpeg");
  const sound = new PassThrough();
  const command = fluent(resolve(path)).setFfmpegPath(ffmpeg).noVideo();
  command.audioChannels(1).audioFrequency(sampleRate).format("f32le");
  const stop = () => command.kill("SIGKILL");
  signal.addEventListener("abort", stop, { once: true });
  const done = new Promise<void>((finished, reject) => {
    command
      .on("end", () => finished())
      .on("error", (error: Error) => {
        sound.destroy();
        reject(failure(`ffmpeg could not read ${path}: ${lastLines(error)}`, error));
      })
      .pipe(sound, { end: true });
  });
  const chunks: Buffer[] = [];
  sound.on("data", (chunk: Buffer) => chunks.push(chunk));
  try {
    await done;
  } finally {
    signal.removeEventListener("abort", stop);
  }
  const bytes = Buffer.concat(chunks);
  return Float32Array.from({ length: bytes.length >> 2 }, (_, i) => bytes.readFloatLE(4 * i));
}
