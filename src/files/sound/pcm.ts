import type { Writable } from "node:stream";
import type { Sink } from "../sink.js";
import { send } from "../stream.js";

/** Takes sound in: mono samples in -1..1. */
export type SoundSink = Sink<Float32Array>;

/** Samples -> signed 16 bits, little-endian. */
export function pcm16(samples: Float32Array): Buffer {
  const bytes = Buffer.allocUnsafe(samples.length * 2);
  for (let i = 0; i < samples.length; i++) {
    const level = Math.max(-1, Math.min(1, samples[i])) || 0;
    bytes.writeInt16LE(Math.round(level * 32767), i * 2);
  }
  return bytes;
}

/** Samples as s16le to a stream. */
export const rawSink = (stream: Writable, name = "standard output"): SoundSink => ({
  write: (samples) => send(stream, pcm16(samples), name),
  close: async () => {},
  abort: async () => {},
});
