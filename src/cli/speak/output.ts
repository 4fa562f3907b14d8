import { existsSync } from "node:fs";
import { mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { failure, usage } from "../../core/errors.js";
import { endingOf } from "../../files/ending.js";
import { beside, checkPlace, placeOf, type WayOut } from "../../files/place.js";
import { cannotWrite } from "../../files/problems.js";
import { rawSink, type SoundSink } from "../../files/sound/pcm.js";
import { SOUND_FORMATS, soundWriter } from "../../files/sound/write.js";
import type { Sound } from "../../speech/speak.js";
import { type Host, orAbort, type Talk } from "../host.js";
import type { SpeakFlags } from "./options.js";
import { findPlayer, PLAYER_NAMES, playerSink } from "./player.js";

type OutputFlags = Pick<SpeakFlags, "output" | "outputRaw" | "outputDir" | "format" | "play">;

const FOR_SOUND: WayOut = { folder: "name a file in it, or use --output-dir", special: "use --output-raw >" };

/** Where sound goes. */
interface Output {
  /** True: standard output carries sound, and nothing else may go there. */
  readonly usesStdout: boolean;
  /** True: every piece of text opens a sink of its own. */
  readonly each: boolean;
  /** @param line of the piece of text, from 1 */
  open(sampleRate: number, line: number): Promise<SoundSink>;
  /** Takes back what was prepared and never opened. */
  discard(): Promise<void>;
}

const simple = (open: Output["open"], usesStdout = false): Output => ({
  usesStdout,
  each: false,
  open,
  discard: async () => {},
});

/** Sound that is measured and thrown away. */
export const nowhere: Output = simple(async () => ({
  write: async () => {},
  close: async () => {},
  abort: async () => {},
}));

/**
 * Decides where sound goes, and makes sure that it can go there.
 *
 * @throws usage errors for a wrong name or ending, failures for what cannot be written
 */
export async function chooseOutput(options: OutputFlags, host: Host, talk: Talk): Promise<Output> {
  const { output, outputDir, format } = options;
  if (format !== undefined && outputDir === undefined) {
    throw usage("--format goes with --output-dir; with -o the extension of the file decides");
  }
  if (outputDir !== undefined) return folderOutput(outputDir, format ?? "wav", host.env);
  if (options.outputRaw || output === "-") {
    if (host.stdout.isTTY)
      throw usage("raw samples would only garble the terminal: redirect them (> speech.raw) or pipe them on");
    return simple(async () => rawSink(host.stdout), true);
  }
  if (output !== undefined) return fileOutput(output, host.env);

  const player = findPlayer(host.env);
  if (!options.play && !host.stdout.isTTY) {
    throw usage(
      "where should the sound go? Name a file with -o FILE, or say --output-raw for samples on standard output",
    );
  }
  if (player) return simple((sampleRate) => playerSink(player, sampleRate));
  if (options.play)
    throw failure(
      `there is no player (looked for ${PLAYER_NAMES.join(", ")}): install one, or write a file with -o`,
    );
  const free = freeName();
  talk.note(`no player found (${PLAYER_NAMES.join(", ")}): writing ${free}`);
  return fileOutput(free, host.env);
}

/** speech.wav, or what is free beside it: nobody asked for a file, so none may be lost. */
function freeName(): string {
  for (let i = 1; ; i++) {
    const name = i === 1 ? "speech.wav" : `speech-${i}.wav`;
    if (!existsSync(name)) return name;
  }
}

/** @throws a usage error that names what can be written */
export const formatOf = (path: string): string => endingOf(path, SOUND_FORMATS);

async function fileOutput(path: string, env: NodeJS.ProcessEnv): Promise<Output> {
  await placeOf(path, FOR_SOUND);
  const open = soundWriter(formatOf(path), path, env);
  const file = await beside(path, FOR_SOUND);
  return { ...simple((sampleRate) => open(file, sampleRate)), discard: file.discard };
}

async function folderOutput(folder: string, format: string, env: NodeJS.ProcessEnv): Promise<Output> {
  const open = soundWriter(format, `.${format}`, env);
  const name = (line: number) => join(folder, `${String(line).padStart(4, "0")}.${format}`);
  const made = await mkdir(folder, { recursive: true }).catch((error) =>
    Promise.reject(cannotWrite(folder, error)),
  );
  await checkPlace(name(0), FOR_SOUND);
  return {
    usesStdout: false,
    each: true,
    open: async (sampleRate, line) => open(await beside(name(line), FOR_SOUND), sampleRate),
    async discard() {
      // Only a folder of our own, and only if nothing came into it.
      if (made) await rmdir(folder).catch(() => {});
    },
  };
}

/** Seconds of silence between two pieces of text that go to one place. */
const PAUSE = 0.3;

export type Writer = ReturnType<typeof createWriter>;

/** Puts the sound of one piece of text after another where it belongs. */
export function createWriter({ usesStdout, ...output }: Output, signal: AbortSignal) {
  let sink: SoundSink | undefined;
  let line = 1;
  let pause = false;
  let first: number | undefined;

  async function close() {
    if (sink) await orAbort(sink.close(), signal);
    sink = undefined;
  }
  return {
    usesStdout,
    /** @param next line of the piece that comes now, from 1 */
    begin(next: number) {
      line = next;
      pause = sink !== undefined;
    },
    async write({ samples, sampleRate }: Sound) {
      sink ??= await output.open(sampleRate, line);
      if (pause) await orAbort(sink.write(new Float32Array(Math.round(PAUSE * sampleRate))), signal);
      pause = false;
      await orAbort(sink.write(samples), signal);
      first ??= performance.now();
    },
    /** The piece is complete. */
    end: async () => (output.each ? close() : undefined),
    /** All is complete. */
    close,
    /** Nothing half-written stays, nor what was prepared. */
    async discard() {
      await sink?.abort();
      sink = undefined;
      await output.discard();
    },
    /** When the first sound left, by the process's clock. */
    firstSound: () => first,
  };
}
