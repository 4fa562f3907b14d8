import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import type { Host, ImageLibrary, SpeechLibrary, VideoLibrary } from "../../src/cli/host.js";
import { run } from "../../src/cli/program.js";

interface FakeOptions {
  readonly pause?: number;
  readonly differs?: boolean;
  readonly load?: number;
}

const fixture = (name: string) => new URL(`./fixtures/${name}`, import.meta.url);

export const { fakeSpeech } = (await import(fixture("fake-speech.mjs").href)) as {
  fakeSpeech: (options?: FakeOptions) => SpeechLibrary;
};

export const { fakeImage } = (await import(fixture("fake-image.mjs").href)) as {
  fakeImage: (options?: FakeOptions) => ImageLibrary;
};

export const { fakeVideo } = (await import(fixture("fake-video.mjs").href)) as {
  fakeVideo: (
    options?: FakeOptions & { readonly onFrame?: (index: number) => void },
  ) => VideoLibrary & { readonly log: { readonly painted: number } };
};

/** A folder that goes when the tests of this file are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "foretoken-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
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

export interface Spawned {
  readonly code: number | null;
  readonly out: Buffer;
  readonly err: string;
}

/** Runs a script as a person would; `during` may meddle with it. */
export function spawned(
  script: "cli" | "fake",
  argv: readonly string[],
  options: {
    stdin?: string;
    env?: NodeJS.ProcessEnv;
    cwd?: string;
    stdout?: number;
    during?: (child: ReturnType<typeof spawn>) => void;
  } = {},
): Promise<Spawned> {
  const path =
    script === "cli" ? new URL("../../bin/foretoken.mjs", import.meta.url) : fixture("fake-cli.mjs");
  const child = spawn(process.execPath, [fileURLToPath(path), ...argv], {
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
