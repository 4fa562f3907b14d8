import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import wavefile from "wavefile";
import { formatOf } from "../../src/cli/speak/output.js";
import { beside } from "../../src/files/place.js";
import { pcm16 } from "../../src/files/sound/pcm.js";
import { wavHeader, wavSink } from "../../src/files/sound/wav.js";
import { temporaryFolder } from "./helpers.js";

const { folder } = temporaryFolder();
let count = 0;
const place = () => {
  const own = join(folder, String(count++));
  mkdirSync(own);
  return join(own, "out.wav");
};
const left = (path: string) => readdirSync(join(path, ".."));

describe("samples", () => {
  it("become 16 bits, clipped, and silence where they are no numbers", () => {
    const bytes = pcm16(Float32Array.of(0, 1, -1, 2, -2, 0.5, Number.NaN));
    expect(Array.from({ length: 7 }, (_, i) => bytes.readInt16LE(2 * i))).toEqual([
      0, 32767, -32767, 32767, -32767, 16384, 0,
    ]);
  });
});

describe(".wav", () => {
  it("is what wavefile itself would have written", async () => {
    const path = place();
    const sink = await wavSink(await beside(path), 22050);
    const pieces = [Float32Array.of(0, 0.25, -0.25), Float32Array.of(), Float32Array.of(1, -1)];
    for (const piece of pieces) await sink.write(piece);
    expect(existsSync(path)).toBe(false);
    await sink.close();
    const expected = new wavefile.WaveFile();
    expected.fromScratch(1, 22050, "16", [0, 8192, -8192, 32767, -32767]);
    expect(readFileSync(path)).toEqual(Buffer.from(expected.toBuffer()));
    expect(Array.from(new wavefile.WaveFile(readFileSync(path)).getSamples())).toEqual([
      0, 8192, -8192, 32767, -32767,
    ]);
    expect(left(path)).toEqual(["out.wav"]);
  });

  it("has a header of 44 bytes that can say any size", async () => {
    const header = await wavHeader(16000, 2 ** 32 - 44);
    expect([header.length, header.readUInt32LE(24), header.readUInt32LE(40)]).toEqual([
      44,
      16000,
      2 ** 32 - 44,
    ]);
  });

  it("leaves nothing when it is not finished, and the old file as it was", async () => {
    const path = place();
    writeFileSync(path, "old");
    const sink = await wavSink(await beside(path), 22050);
    await sink.write(new Float32Array(1000));
    expect(left(path)).toHaveLength(2);
    await sink.abort();
    expect(left(path)).toEqual(["out.wav"]);
    expect(readFileSync(path, "utf8")).toBe("old");
  });

  it("says when the disk is full, and leaves nothing", async () => {
    const path = place();
    let room = 2;
    const full = async () => {
      if (--room < 0) throw Object.assign(new Error("write"), { code: "ENOSPC" });
    };
    const sink = await wavSink(
      await beside(path),
      22050,
      async () => ({ appendFile: full, write: full, close: async () => {} }) as never,
    );
    await sink.write(new Float32Array(10));
    await expect(sink.write(new Float32Array(10))).rejects.toThrow(
      `cannot write ${path}: the disk is full; free some space`,
    );
    await sink.abort();
    expect(left(path)).toEqual([]);
  });
});

describe("a file beside its place", () => {
  it("is refused before anything is made", async () => {
    await expect(beside(join(folder, "none", "a.wav"))).rejects.toThrow(
      /there is no folder .*none; make it first/,
    );
    await expect(beside(folder)).rejects.toThrow("it is a folder");
    await expect(beside("/dev/null")).rejects.toThrow(
      "/dev/null: it is not a regular file; name a file instead of /dev/null",
    );
    await expect(beside(join(folder, `${"x".repeat(300)}.wav`))).rejects.toThrow("the name is too long");
  });

  it("takes the place that a link points to", async () => {
    const path = place();
    const link = join(path, "..", "link.wav");
    writeFileSync(path, "old");
    symlinkSync(path, link);
    const file = await beside(link);
    writeFileSync(file.temporary, "new");
    await file.commit();
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(left(path).sort()).toEqual(["link.wav", "out.wav"]);
  });
});

describe("extensions", () => {
  it("are told in any case, and near ones are suggested", () => {
    expect(formatOf("A.WAV")).toBe("wav");
    expect(formatOf("dir.x/a.opus")).toBe("opus");
    expect(() => formatOf("a.mp4")).toThrow("a.mp4 ends in .mp4: did you mean .mp3? choose one of .wav .mp3");
    expect(() => formatOf("a")).toThrow("a has no extension: choose one of");
  });
});
