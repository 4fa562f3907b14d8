// What the blind tests share: an order that a seed decides, answers beside a key, commands.
import { readFileSync, writeFileSync } from "node:fs";

export const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));

export function shuffled(list, noise) {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(noise.chance() * (i + 1));
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}

/** "0 dog | 1 cat" */
export const listed = (candidates) => candidates.map((one, k) => `${k} ${one}`).join(" | ");

/** Sheets of so many entries each, as draw(entries) makes them, to NAME-1.webp ... */
export async function writeSheets(entries, each, draw, name, quality) {
  for (let at = 0, sheet = 1; at < entries.length; at += each, sheet++) {
    const image = await draw(entries.slice(at, at + each));
    await image.webp({ quality }).toFile(`${name}-${sheet}.webp`);
  }
}

/** The key of a file, which must have as many entries as there are answers. */
export function readKey(path, given, what) {
  const { key } = readJson(path);
  if (given.length !== key.length) throw new Error(`${given.length} answers to ${key.length} ${what}`);
  return key;
}

/** Runs the command that was named; "score" has lines(OUT) -> figures, which go to OUT/score.txt, too. */
export async function start(command, run, lines) {
  const [what, ...rest] = process.argv.slice(2);
  if (what === command) return run(...rest);
  if (what !== "score") throw new Error(`say ${command} or score (see the top of this file)`);
  const figures = lines(rest[0]).join("\n");
  writeFileSync(`${rest[0]}/score.txt`, `${figures}\n`);
  console.log(figures);
}
