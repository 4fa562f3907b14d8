/** Takes sound in, samples in -1..1. */
export interface Sink {
  /** Resolves when there is room for more. */
  write(samples: Float32Array): Promise<void>;
  /** Resolves when the sound is where it belongs. */
  close(): Promise<void>;
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}

/** Samples -> signed 16 bits, little-endian. */
export function pcm16(samples: Float32Array): Buffer {
  const bytes = Buffer.allocUnsafe(samples.length * 2);
  for (let i = 0; i < samples.length; i++) {
    const level = Math.max(-1, Math.min(1, samples[i])) || 0;
    bytes.writeInt16LE(Math.round(level * 32767), i * 2);
  }
  return bytes;
}
