import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { failure } from "../../core/errors.js";
import { beside } from "../../files/place.js";
import { closed } from "../../files/problems.js";
import { pcm16, type SoundSink } from "../../files/sound/pcm.js";
import { ENDLESS, wavHeader, wavSink } from "../../files/sound/wav.js";
import { send } from "../../files/stream.js";
import { which } from "../../files/which.js";
import { exitCodeOf } from "../host.js";

interface Player {
  readonly name: string;
  /** What it reads from its standard input; a file's path is its last argument otherwise. */
  readonly reads: "samples" | "wav" | "file";
  arguments(sampleRate: number): readonly string[];
}

/** In the order they are looked for. */
const PLAYERS: readonly Player[] = [
  {
    name: "aplay",
    reads: "samples",
    arguments: (rate) => ["-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", `${rate}`],
  },
  {
    name: "paplay",
    reads: "samples",
    arguments: (rate) => ["--raw", "--format=s16le", "--channels=1", `--rate=${rate}`],
  },
  {
    name: "play",
    reads: "samples",
    arguments: (rate) => ["-q", "-t", "raw", "-e", "signed", "-b", "16", "-c", "1", "-r", `${rate}`, "-"],
  },
  // ffplay's options for raw sound changed with version 7: a header says the same everywhere.
  {
    name: "ffplay",
    reads: "wav",
    arguments: () => ["-nodisp", "-autoexit", "-loglevel", "error", "-f", "wav", "-i", "pipe:0"],
  },
  { name: "afplay", reads: "file", arguments: () => [] },
];

export const PLAYER_NAMES = PLAYERS.map(({ name }) => name);

export interface FoundPlayer extends Player {
  readonly path: string;
}

export function findPlayer(env: NodeJS.ProcessEnv): FoundPlayer | undefined {
  for (const player of PLAYERS) {
    const path = which(player.name, env);
    if (path) return { ...player, path };
  }
  return undefined;
}

/** Plays sound while it is made, where the player can; `close` waits until it has been heard. */
export async function playerSink(player: FoundPlayer, sampleRate: number): Promise<SoundSink> {
  if (player.reads === "file") return filePlayerSink(player, sampleRate);
  const child = start(player, player.arguments(sampleRate), "pipe");
  const { stdin } = child.process;
  if (!stdin) throw failure(`${player.name} cannot be given any sound`);
  stdin.on("error", () => {});
  const give = async (bytes: Buffer) => {
    try {
      await Promise.race([send(stdin, bytes, player.name), child.early]);
    } catch (error) {
      // The pipe breaks before the exit is known: that tells whether the player failed or was closed.
      if (exitCodeOf(error) === 0) await child.done;
      throw error;
    }
  };
  if (player.reads === "wav") await give(await wavHeader(sampleRate, ENDLESS));
  return {
    write: (samples) => give(pcm16(samples)),
    async close() {
      stdin.end();
      await child.done;
    },
    async abort() {
      child.process.kill();
      await child.done.catch(() => {});
    },
  };
}

async function filePlayerSink(player: FoundPlayer, sampleRate: number): Promise<SoundSink> {
  const folder = await mkdtemp(join(tmpdir(), "foretoken-"));
  const path = join(folder, "speech.wav");
  const wav = await wavSink(await beside(path), sampleRate);
  let child: ReturnType<typeof start> | undefined;
  const remove = () => rm(folder, { recursive: true, force: true });
  return {
    write: wav.write,
    async close() {
      await wav.close();
      child = start(player, [...player.arguments(sampleRate), path], "ignore");
      await child.done;
      await remove();
    },
    async abort() {
      child?.process.kill();
      await wav.abort();
      await remove();
    },
  };
}

function start(player: FoundPlayer, args: readonly string[], stdin: "pipe" | "ignore") {
  const child: ChildProcess = spawn(player.path, args, { stdio: [stdin, "ignore", "pipe"] });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-2000);
  });
  const done = once(child, "close").then(([code, signal]) => {
    if (code === 0) return;
    const why = said.trim().split("\n").at(-1) || (signal ? `stopped by ${signal}` : `exit code ${code}`);
    throw failure(`${player.name} could not play: ${why}; write a file with -o instead`);
  });
  done.catch(() => {});
  const early = done.then(() => Promise.reject(closed()));
  early.catch(() => {});
  return { process: child, done, early };
}
