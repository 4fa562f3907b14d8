import { createRequire } from "node:module";
import { join, resolve as resolvePath } from "node:path";
import { PassThrough } from "node:stream";
import type { FfmpegCommand } from "fluent-ffmpeg";
import { failure, usage } from "../core/errors.js";
import type { Beside, StreamPlace } from "./place.js";
import { cannotWrite } from "./problems.js";
import type { Sink } from "./sink.js";
import { send } from "./stream.js";
import { isProgram, which } from "./which.js";

/** Path of ffmpeg: FFMPEG_PATH, then PATH, then the optional package @ffmpeg-installer/ffmpeg, here or in the working folder. */
export function findFfmpeg(env: NodeJS.ProcessEnv): string | undefined {
  const named = env.FFMPEG_PATH;
  if (named) {
    if (!isProgram(named))
      throw usage(`FFMPEG_PATH is ${named}, and there is no program: correct it or unset it`);
    return named;
  }
  return which("ffmpeg", env) ?? installed(import.meta.url) ?? installed(join(process.cwd(), "package.json"));
}

function installed(from: string): string | undefined {
  try {
    const { path } = createRequire(from)("@ffmpeg-installer/ffmpeg") as { path: string };
    return isProgram(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** @throws a failure that names the way out when there is no ffmpeg */
export function neededFfmpeg(env: NodeJS.ProcessEnv, what: string, wayOut: string): string {
  const path = findFfmpeg(env);
  if (!path)
    throw failure(
      `${what} needs ffmpeg, and there is none on PATH: install it (or npm install @ffmpeg-installer/ffmpeg), or ${wayOut}`,
    );
  return path;
}

/** Nothing in a stream can be changed later: MP4, MOV and M4A come in pieces there, each with an index. */
export const IN_PIECES = ["-movflags", "+frag_keyframe+empty_moov+default_base_moof"];

/** What ffmpeg said last. fluent-ffmpeg puts it behind the exit code, without the banner and the streams. */
export function lastLines({ message }: Error): string {
  const lines = message.replace(/^ffmpeg exited with code \d+: /, "").split(/[\r\n]+/);
  const said = lines.map((line) => line.trim()).filter((line) => line && !/^(size=|video:)/.test(line));
  return said.slice(-2).join(" / ") || message.trim();
}

/** The system's errors in ffmpeg's words: older versions exit with 0 when the disk is full at the end. */
const COMPLAINTS: Readonly<Record<string, string>> = {
  "No space left on device": "ENOSPC",
  "Disk quota exceeded": "EDQUOT",
  "File too large": "EFBIG",
};

function complaint(name: string, stderr: string | null | undefined): Error | undefined {
  const found = Object.entries(COMPLAINTS).find(([words]) => stderr?.includes(words));
  return found && cannotWrite(name, Object.assign(new Error(found[0]), { code: found[1] }));
}

export interface FfmpegReading {
  readonly ffmpeg: string;
  readonly path: string;
  readonly signal: AbortSignal;
  /** Sets what comes out. */
  readonly arrange: (command: FfmpegCommand) => void;
  readonly onBytes: (bytes: Buffer) => void;
  /** Takes the lines that ffmpeg prints. */
  readonly onLine?: (line: string) => void;
}

/** A file's contents as ffmpeg gives them. @throws failures that quote ffmpeg */
export async function ffmpegRead(reading: FfmpegReading): Promise<void> {
  const { ffmpeg, path, signal, arrange, onBytes, onLine = () => {} } = reading;
  const { default: fluent } = await import("fluent-ffmpeg");
  const command = fluent(resolvePath(path)).setFfmpegPath(ffmpeg);
  arrange(command);
  const contents = new PassThrough();
  contents.on("data", onBytes);
  const stop = () => command.kill("SIGKILL");
  signal.addEventListener("abort", stop, { once: true });
  try {
    await new Promise<void>((finished, reject) => {
      command
        .on("start", () => signal.aborted && stop())
        .on("stderr", onLine)
        // The last bytes may still be on their way.
        .on("end", () => (contents.readableEnded ? finished() : contents.once("end", finished)))
        .on("error", (error: Error) => {
          contents.destroy();
          reject(failure(`ffmpeg could not read ${path}: ${lastLines(error)}`, error));
        })
        .pipe(contents, { end: true });
    });
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/**
 * Bytes that ffmpeg turns into a file, or into a file's bytes on a stream, while they are made.
 *
 * @param arrange sets what comes in and what goes out
 */
export async function ffmpegPipe(
  ffmpeg: string,
  file: Beside | StreamPlace,
  arrange: (command: FfmpegCommand) => void,
): Promise<Sink<Buffer>> {
  const { default: fluent } = await import("fluent-ffmpeg");
  const input = new PassThrough();
  const command = fluent(input).setFfmpegPath(ffmpeg);
  arrange(command);
  let aborted = false;
  const passing = "stream" in file ? passTo(file) : undefined;
  const encoded = new Promise<void>((resolve, reject) => {
    command
      .on("start", () => aborted && command.kill("SIGKILL"))
      .on("end", (_: string | null, stderr: string | null) => {
        const wrong = complaint(file.name, stderr);
        if (wrong) reject(wrong);
        else resolve();
      })
      .on("error", (error: Error, _: string | null, stderr: string | null) => {
        const said = `ffmpeg could not write ${file.name}: ${lastLines(error)}`;
        reject(complaint(file.name, stderr) ?? failure(said, error));
      });
    if (passing) command.pipe(passing.input, { end: true });
    // A whole path: ffmpeg takes what stands before a colon for a protocol.
    else if ("temporary" in file) command.save(resolvePath(file.temporary));
  });
  // Where the reader has gone away, its error is the cause and the encoder's only follows.
  const done = passing ? Promise.race([passing.failed, encoded.then(() => passing.done)]) : encoded;
  // A failure is reported where the next piece is written, or at the end.
  done.catch(() => {});
  const early = done.then(() => Promise.reject(failure(`ffmpeg stopped before ${file.name} was complete`)));
  early.catch(() => {});
  return {
    write: (bytes) => Promise.race([send(input, bytes, file.name), early]),
    async close() {
      input.end();
      await done;
      if ("commit" in file) await file.commit();
    },
    async abort() {
      aborted = true;
      command.kill("SIGKILL");
      input.end();
      await done.catch(() => {});
      await file.discard();
    },
  };
}

/** Bytes on their way to a stream, as fast as it takes them. */
function passTo({ stream, name }: StreamPlace) {
  const input = new PassThrough();
  const done = (async () => {
    for await (const bytes of input) await send(stream, bytes as Buffer, name);
  })();
  const failed = new Promise<never>((_, reject) => done.catch(reject));
  failed.catch(() => {});
  return { input, done, failed };
}
