import { PassThrough, Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { encodedSink } from "../../src/files/films/encoded.js";
import { soundWriter, streamTo } from "../../src/files/index.js";
import { program, temporaryFolder } from "../cli/helpers.js";

/** Answers what fluent-ffmpeg asks; says its arguments, then what comes in. */
const FAKE = `
const args = process.argv.slice(2);
if (args[0] === "-formats") console.log([" DE  s16le x", " DE  rawvideo x", "  E mp3 x", "  E ipod x", "  E mp4 x", "  E webm x"].join("\\n"));
else if (args[0] === "-encoders") console.log(["libmp3lame", "aac"].map((name) => " A..... " + name + " x").join("\\n"));
else if (args[0] === "-filters") console.log(" ... scale V->V x");
else { process.stdout.write(args.join(" ") + "\\n"); process.stdin.pipe(process.stdout); }`;

const { folder } = temporaryFolder();
const env = { FFMPEG_PATH: program(folder, "ffmpeg", FAKE) };

/** A stream that keeps what it gets, and tells whether it was ended. */
function keeping() {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk, _, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, bytes: () => Buffer.concat(chunks) };
}

const samples = Float32Array.from({ length: 100 }, (_, i) => i / 100);

describe("sound on a stream", () => {
  it("is an endless .wav", async () => {
    const { stream, bytes } = keeping();
    const sink = await soundWriter("wav", "a.wav", {})(streamTo(stream, "a.wav"), 22050);
    await sink.write(samples);
    await sink.write(samples);
    await sink.close();
    expect(bytes().toString("latin1", 0, 4)).toBe("RIFF");
    expect(bytes().readUInt32LE(24)).toBe(22050);
    expect(bytes().readUInt32LE(40)).toBeGreaterThan(4e9);
    expect(bytes()).toHaveLength(44 + 400);
    expect(stream.writableEnded).toBe(false);
  });

  it("goes through ffmpeg, an .m4a in pieces", async () => {
    for (const [format, wanted] of [
      ["mp3", /-f s16le -ar 22050 .*-f mp3 pipe:1\n/],
      ["m4a", /\+frag_keyframe\+empty_moov.*-f ipod pipe:1\n/],
    ] as const) {
      const { stream, bytes } = keeping();
      const sink = await soundWriter(format, `a.${format}`, env)(streamTo(stream, `a.${format}`), 22050);
      await sink.write(samples);
      await sink.close();
      const [command] = bytes().toString("latin1").split("\n");
      expect(`${command}\n`).toMatch(wanted);
      expect(bytes()).toHaveLength(command.length + 1 + 200);
    }
  });

  it("names kinds that there are", () => {
    expect(() => soundWriter("mid", "a.mid", env)).toThrow(
      /a\.mid: there is no kind of sound file "mid": choose one of wav, mp3/,
    );
  });
});

describe("films on a stream", () => {
  const shape = { width: 4, height: 2, channels: 3, fps: 12, plays: 1 } as const;
  const frame = { data: new Uint8Array(24), width: 4, height: 2, channels: 3 } as const;

  it("an .mp4 comes in pieces, a file has its index in front", async () => {
    const { stream, bytes } = keeping();
    const sink = await encodedSink("mp4", env.FFMPEG_PATH, streamTo(stream, "a.mp4"), shape);
    await sink.write(frame);
    await sink.close();
    const [command] = bytes().toString("latin1").split("\n");
    expect(command).toMatch(/-movflags \+frag_keyframe\+empty_moov\+default_base_moof .*pipe:1$/);
    expect(bytes()).toHaveLength(command.length + 1 + 24);
  });

  it("ends where the reader has gone away", async () => {
    const gone = new PassThrough();
    gone.destroy();
    gone.on("error", () => {});
    const sink = await encodedSink("webm", env.FFMPEG_PATH, streamTo(gone, "a.webm"), shape);
    await expect(
      (async () => {
        for (let i = 0; i < 5; i++) await sink.write(frame);
        await sink.close();
      })(),
    ).rejects.toMatchObject({ exitCode: 0 });
    await sink.abort();
  });
});
