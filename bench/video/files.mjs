// A clip from words to a closed file: with a model that is loaded, and as a command, from start to end.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filmMaker } from "../../dist/files/index.js";
import { animate } from "../../dist/video/index.js";
import { median } from "../stats.mjs";

/** Kinds of files, each with a seed of its own: pixels that are known already would cost nothing. */
const KINDS = { webp: 2, mp4: 3 };

export async function fileTimes(model, name, prompts) {
  const folder = mkdtempSync(join(tmpdir(), "foretoken-films-"));
  const rows = [];
  try {
    for (const kind of Object.keys(KINDS)) {
      const file = join(folder, `film.${kind}`);
      const loaded = await timesOf(`.${kind}`, prompts, intoFile(file, kind, model));
      const command = await timesOf(`.${kind} as a command`, prompts, asCommand(file, kind, name));
      rows.push({ kind, loaded, command });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

/** Milliseconds of each prompt, median and most; undefined where it cannot be done. The first one warms up. */
async function timesOf(what, prompts, work) {
  const times = [];
  try {
    for (const prompt of [prompts[0], ...prompts]) {
      const began = performance.now();
      await work(prompt, times.length === 0);
      times.push(performance.now() - began);
    }
  } catch (error) {
    console.error(`left out ${what}: ${error.message.trim()}`);
    return undefined;
  }
  const [, ...counted] = times;
  return { median: median(counted), most: Math.max(...counted) };
}

function intoFile(file, kind, model) {
  const { clip, picture } = model.manifest;
  return async ({ text, style }, isWarming) => {
    const maker = filmMaker(file, { env: process.env });
    const sink = await maker.open(file, { ...picture, channels: 3, fps: clip.fps, plays: 0 });
    const seed = KINDS[kind] + (isWarming ? 100 : 0);
    for await (const frame of animate(text, { model, style, seed }))
      await sink.write({ ...frame, channels: 3 });
    await sink.close();
  };
}

function asCommand(file, kind, name) {
  return ({ text, style }) => {
    const options = ["--model", name, "--style", style, "--seed", String(KINDS[kind]), "-o", file];
    const line = ["bin/foretoken.mjs", "animate", text, ...options];
    const { status, stderr } = spawnSync(process.execPath, line, { encoding: "utf8" });
    if (status !== 0) throw new Error(`foretoken animate: ${stderr}`);
  };
}
