import { toSharp } from "../pictures/sharp.js";
import type { Place } from "../place.js";
import { delivery, type FilmShape, type FilmSink } from "./shape.js";

const SIGNATURE = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

/** CRC-32 (ISO 3309) of each byte. */
const CHECKSUMS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? 0xedb88320 ^ (sum >>> 1) : sum >>> 1;
  return sum;
});

function checksum(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = CHECKSUMS[(sum ^ byte) & 255] ^ (sum >>> 8);
  return ~sum >>> 0;
}

function chunk(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), ...parts]);
  return Buffer.concat([uint32(body.length - 4), body, uint32(checksum(body))]);
}

const uint32 = (...numbers: readonly number[]) => {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [i, number] of numbers.entries()) bytes.writeUInt32BE(number, 4 * i);
  return bytes;
};

/** The contents of all chunks of a type in a PNG. */
export function chunksOf(png: Buffer, type: string): Buffer[] {
  const found: Buffer[] = [];
  for (let at = SIGNATURE.length; at + 8 <= png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString("latin1", at + 4, at + 8) === type) found.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return found;
}

/** Animated PNG (the PNG specification, third edition): sharp makes the frames, and here they are put into one file. */
export function apngSink(place: Place, { width, height, fps, plays }: FilmShape): FilmSink {
  const { deliver, abort } = delivery(place);
  const frames: Buffer[] = [];
  let header: Buffer | undefined;
  return {
    async write(frame) {
      const png = await (await toSharp(frame)).png().toBuffer();
      header ??= chunksOf(png, "IHDR")[0];
      frames.push(Buffer.concat(chunksOf(png, "IDAT")));
    },
    async close() {
      let sequence = 0;
      // Seconds as a fraction of two 16-bit numbers; no disposal, no blending: every frame is a whole picture.
      const timing = Buffer.alloc(6);
      timing.writeUInt16BE(1000, 0);
      timing.writeUInt16BE(Math.round(1000 * fps), 2);
      const body = frames.flatMap((data, i) => {
        const control = chunk("fcTL", uint32(sequence++, width, height, 0, 0), timing);
        return [control, i === 0 ? chunk("IDAT", data) : chunk("fdAT", uint32(sequence++), data)];
      });
      const start = [SIGNATURE, chunk("IHDR", header!), chunk("acTL", uint32(frames.length, plays))];
      await deliver(Buffer.concat([...start, ...body, chunk("IEND")]));
    },
    abort,
  };
}
