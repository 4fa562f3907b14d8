import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, program, stopped, temporaryFolder } from "./helpers.js";

const PLAYER = `
const { writeFileSync, readFileSync } = require("node:fs");
const args = process.argv.slice(2);
const heard = [];
if (process.argv[1].endsWith("afplay")) writeFileSync(__dirname + "/heard", readFileSync(args.at(-1)));
else process.stdin.on("data", (d) => heard.push(d)).on("end", () => writeFileSync(__dirname + "/heard", Buffer.concat(heard)));
writeFileSync(__dirname + "/args", args.join(" "));`;

const { folder } = temporaryFolder();
let count = 0;
function player(name: string, code = PLAYER) {
  const own = join(folder, String(count++));
  mkdirSync(own);
  program(own, name, code);
  return { own, env: { PATH: own }, heard: () => readFileSync(join(own, "heard")) };
}
const BYTES = 2 * 2 * 1000;

describe("--play", () => {
  it.each(["aplay", "paplay", "play"])("pipes raw samples to %s", async (name) => {
    const { own, env, heard } = player(name);
    expect(await cli(["speak", "One two.", "--play", "-q"], { env })).toMatchObject({ code: 0, err: "" });
    expect(heard()).toHaveLength(BYTES);
    expect(readFileSync(join(own, "args"), "utf8")).toContain("22050");
  });

  it("gives ffplay a header, and afplay a file that goes afterwards", async () => {
    const ffplay = player("ffplay");
    await cli(["speak", "One two.", "--play"], { env: ffplay.env });
    expect(ffplay.heard()).toHaveLength(BYTES + 44);
    const afplay = player("afplay");
    expect((await cli(["speak", "One two.", "--play"], { env: afplay.env })).code).toBe(0);
    expect(afplay.heard()).toHaveLength(BYTES + 44);
    expect(afplay.heard().readUInt32LE(40)).toBe(BYTES);
    const path = readFileSync(join(afplay.own, "args"), "utf8");
    expect(() => readFileSync(path)).toThrow("ENOENT");
  });

  it("is what a terminal gets without any option", async () => {
    const { env, heard } = player("aplay");
    expect((await cli(["speak", "One two."], { env, terminal: ["stdout"] })).code).toBe(0);
    expect(heard()).toHaveLength(BYTES);
  });

  it("quotes a player that fails", async () => {
    const { env } = player("aplay", `console.error("audio open error: No such device"); process.exit(1);`);
    const { code, err } = await cli(["speak", "One two.", "--play"], { env });
    expect([code, err]).toEqual([
      1,
      "foretoken: aplay could not play: audio open error: No such device; write a file with -o instead\n",
    ]);
  });

  it("ends quietly when the player is closed", async () => {
    const { env } = player("ffplay", "setTimeout(() => process.exit(0), 50);");
    const long = Array.from({ length: 3000 }, () => "word").join(" ");
    expect(await cli(["speak", long, "--play"], { env })).toMatchObject({ code: 0, err: "" });
  });

  it("kills the player on Ctrl-C", async () => {
    const { env } = player("aplay", "process.stdin.resume(); setInterval(() => {}, 1000);");
    expect((await cli(["speak", "One.", "--play"], { env, signal: stopped(300) })).code).toBe(130);
  });

  it("says which players it looked for", async () => {
    const { code, err } = await cli(["speak", "One.", "--play"], { env: { PATH: folder } });
    expect([code, err]).toEqual([
      1,
      expect.stringContaining("looked for aplay, paplay, play, ffplay, afplay"),
    ]);
  });

  it("falls back to a free file name on a terminal", async () => {
    const own = join(folder, "files");
    mkdirSync(own);
    const before = process.cwd();
    process.chdir(own);
    try {
      for (const name of ["speech.wav", "speech-2.wav"]) {
        const { code, err } = await cli(["speak", "One."], { env: { PATH: own }, terminal: ["stdout"] });
        expect([code, err]).toEqual([0, expect.stringContaining(`writing ${name}`)]);
      }
    } finally {
      process.chdir(before);
    }
    expect(readdirSync(own).sort()).toEqual(["speech-2.wav", "speech.wav"]);
  });
});
