import type { SoundSink } from "../../files/sound/pcm.js";
import type { Sound } from "../../speech/speak.js";
import { orAbort } from "../errors.js";
import type { Output } from "./output.js";

/** Seconds of silence between two pieces of text that go to one place. */
const PAUSE = 0.3;

/** Puts the sound of one piece of text after another where it belongs. */
export interface PieceWriter {
  /** @param line of the piece that comes now, from 1 */
  begin(line: number): void;
  write(sound: Sound): Promise<void>;
  /** The piece is complete. */
  end(): Promise<void>;
  /** All is complete. */
  close(): Promise<void>;
  /** Nothing half-written stays. */
  abort(): Promise<void>;
  /** When the first sound left, by the process's clock. */
  firstSound(): number | undefined;
}

export function createPieceWriter(output: Output, signal: AbortSignal): PieceWriter {
  let sink: SoundSink | undefined;
  let line = 1;
  let pause = false;
  let first: number | undefined;

  async function close() {
    if (sink) await orAbort(sink.close(), signal);
    sink = undefined;
  }
  return {
    begin(next) {
      line = next;
      pause = sink !== undefined;
    },
    async write({ samples, sampleRate }) {
      sink ??= await output.open(sampleRate, line);
      if (pause) await orAbort(sink.write(new Float32Array(Math.round(PAUSE * sampleRate))), signal);
      pause = false;
      await orAbort(sink.write(samples), signal);
      first ??= performance.now();
    },
    end: async () => (output.each ? close() : undefined),
    close,
    async abort() {
      await sink?.abort();
      sink = undefined;
    },
    firstSound: () => first,
  };
}
