import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import type { Host, ImageLibrary, SpeechLibrary, TextLibrary, VideoLibrary } from "../../src/cli/host.js";
import { run } from "../../src/cli/program.js";
import { fakeImage } from "./fakes/image.js";
import { fakeSpeech } from "./fakes/speech.js";
import { fakeText } from "./fakes/text.js";
import { fakeVideo } from "./fakes/video.js";

export { fakeImage, fakeSpeech, fakeText, fakeVideo };

/** A folder, a path in it, and the names in it that hold a text. */
export interface Place {
  readonly folder: string;
  readonly path: (name: string) => string;
  readonly named: (part: string) => string[];
}

/** A folder that goes when the tests of this file are done. */
export function temporaryFolder(): Place {
  const folder = mkdtempSync(join(tmpdir(), "foretoken-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    path: (name) => join(folder, name),
    named: (part) =>
      readdirSync(folder)
        .filter((name) => name.includes(part))
        .sort(),
  };
}

/** Puts a program written in JavaScript into a folder. */
export function program(folder: string, name: string, code: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!${process.execPath}\n${code}`);
  chmodSync(path, 0o755);
  return path;
}

export interface Around {
  readonly stdin?: string | Buffer | Readable;
  /** Which of the three streams are terminals. */
  readonly terminal?: readonly ("stdin" | "stdout" | "stderr")[];
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  readonly text?: TextLibrary;
  readonly speech?: SpeechLibrary;
  readonly image?: ImageLibrary;
  readonly video?: VideoLibrary;
}

/** A host whose output is kept. */
export function fakeHost({
  stdin = "",
  terminal = [],
  env = {},
  signal,
  text = fakeText(),
  speech = fakeSpeech(),
  image = fakeImage(),
  video = fakeVideo(),
}: Around = {}) {
  const kept = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const stream = (name: "stdout" | "stderr") =>
    Object.assign(
      new Writable({
        write(chunk, _, done) {
          kept[name].push(Buffer.from(chunk));
          done();
        },
      }),
      { isTTY: terminal.includes(name) },
    );
  const input = stdin instanceof Readable ? stdin : Readable.from([Buffer.from(stdin)]);
  const host: Host = {
    stdin: Object.assign(input, { isTTY: terminal.includes("stdin") }),
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    env,
    signal: signal ?? new AbortController().signal,
    text: async () => text,
    speech: async () => speech,
    image: async () => image,
    video: async () => video,
  };
  const out = () => Buffer.concat(kept.stdout);
  return { host, out, err: () => Buffer.concat(kept.stderr).toString() };
}

/** Runs a command line in this process. */
export async function cli(argv: readonly string[], around: Around = {}) {
  const { host, out, err } = fakeHost(around);
  const code = await run(argv, host);
  return { code, out: out(), err: err() };
}

/** Does something once it is time: after so many milliseconds, or as soon as something is so. */
function once(when: number | (() => boolean), act: () => void): void {
  if (typeof when === "number") return void setTimeout(act, when);
  const timer = setInterval(() => {
    if (!when()) return;
    clearInterval(timer);
    act();
  }, 5);
}

/** Aborted as by Ctrl-C, see `once`. */
export function stopped(when: number | (() => boolean), exitCode = 130): AbortSignal {
  const stop = new AbortController();
  once(when, () => stop.abort(Object.assign(new Error("interrupted"), { exitCode })));
  return stop.signal;
}

/** Sends a program a signal, a moment after something is so. */
export const killed =
  (signal: NodeJS.Signals, when: () => boolean, moment = 0) =>
  (child: ChildProcess): void =>
    once(when, () => void setTimeout(() => child.kill(signal), moment));

/** The command line as it is built, and the same over media that need no models. */
const SCRIPTS = { cli: "../../bin/foretoken.mjs", fake: "./dist/start.js" };

export interface Spawned {
  readonly code: number | null;
  readonly out: Buffer;
  readonly err: string;
}

/** Runs a script as a person would; `during` may meddle with it. */
export function spawned(
  script: keyof typeof SCRIPTS,
  argv: readonly string[],
  options: {
    stdin?: string;
    env?: NodeJS.ProcessEnv;
    cwd?: string;
    stdout?: number;
    during?: (child: ChildProcess) => void;
  } = {},
): Promise<Spawned> {
  const path = fileURLToPath(new URL(SCRIPTS[script], import.meta.url));
  const child = spawn(process.execPath, [path, ...argv], {
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
    stdio: ["pipe", options.stdout ?? "pipe", "pipe"],
  });
  const out: Buffer[] = [];
  let err = "";
  child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => {
    err += chunk;
  });
  child.stdin?.on("error", () => {});
  if (options.stdin !== undefined) child.stdin?.end(options.stdin);
  options.during?.(child);
  return new Promise((resolve) =>
    child.on("close", (code) => resolve({ code, out: Buffer.concat(out), err })),
  );
}
