import { type FileHandle, open } from "node:fs/promises";
import { failure } from "../../core/errors.js";
import type { Beside } from "../place.js";
import { writing } from "../problems.js";
import { pcm16, type SoundSink } from "./pcm.js";

const HEADER = 44;
/** The sizes in the header have 32 bits. */
const LARGEST = 2 ** 32 - HEADER;
/** Size that the header of a stream names, whose length nobody knows yet. */
export const ENDLESS = LARGEST;

/** Header of a mono 16-bit file, made by wavefile, for this many bytes of samples. */
export async function wavHeader(sampleRate: number, bytes: number): Promise<Buffer> {
  const { default: wavefile } = await import("wavefile");
  const wave = new wavefile.WaveFile();
  wave.fromScratch(1, sampleRate, "16", [0]);
  const header = Buffer.from(wave.toBuffer().subarray(0, HEADER));
  header.writeUInt32LE(HEADER - 8 + bytes, 4);
  header.writeUInt32LE(bytes, HEADER - 4);
  return header;
}

type Opener = (path: string) => Promise<Pick<FileHandle, "appendFile" | "write" | "close">>;

/** Samples go to the disk as they come; their number is put into the header at the end. */
export async function wavSink(
  file: Beside,
  sampleRate: number,
  opener: Opener = (path) => open(path, "r+"),
): Promise<SoundSink> {
  const handle = await writing(file.name, opener(file.temporary));
  let bytes = 0;
  await writing(file.name, handle.appendFile(await wavHeader(sampleRate, 0)));
  return {
    async write(samples) {
      const sound = pcm16(samples);
      bytes += sound.length;
      if (bytes > LARGEST)
        throw failure(`${file.name} gets longer than a .wav can be (4 GB): write .flac, or several files`);
      await writing(file.name, handle.appendFile(sound));
    },
    async close() {
      const final = await wavHeader(sampleRate, bytes);
      await writing(file.name, handle.write(final, 0, HEADER, 0));
      await writing(file.name, handle.close());
      await file.commit();
    },
    async abort() {
      await handle.close().catch(() => {});
      await file.discard();
    },
  };
}
