import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { findFfmpeg, lastLines } from "../../src/files/ffmpeg.js";
import { FFMPEG_FORMATS } from "../../src/files/sound/encoded.js";
import { cli, program, stopped, temporaryFolder } from "../cli/helpers.js";

/** Answers what fluent-ffmpeg asks, then copies its input to its last argument, or does as FAKE says. */
const FAKE = `
const { writeFileSync, appendFileSync, readFileSync } = require("node:fs");
const args = process.argv.slice(2);
const log = __dirname + "/log";
if (args[0] === "-formats") console.log(" DE  s16le x\\n DE  f32le x\\n  E mp3 x\\n  E ogg x\\n  E flac x\\n  E ipod x\\n  E opus x");
else if (args[0] === "-encoders") console.log(["libmp3lame","libvorbis","flac","aac","libopus"].map((name) => " A..... " + name + " x").join("\\n"));
else {
  appendFileSync(log, args.join(" ") + "\\n");
  const mode = readFileSync(__dirname + "/mode", "utf8");
  if (mode === "fail") { console.error("banner\\nError opening output\\nConversion failed!"); process.exit(1); }
  if (mode === "full") { console.error("Error writing trailer of x: No space left on device"); process.stdin.resume(); return; }
  if (mode === "hang") setInterval(() => {}, 1000);
  else if (args.at(-1) === "pipe:1") { process.stdout.write(Buffer.from(new Float32Array(768 * 3).fill(0.5).buffer)); }
  else { const got = []; process.stdin.on("data", (d) => got.push(d)).on("end", () => writeFileSync(args.at(-1), Buffer.concat(got))); }
}`;

const { folder } = temporaryFolder();
const ffmpeg = program(folder, "ffmpeg", FAKE);
const env = { PATH: folder };
const mode = (name: string) => writeFileSync(join(folder, "mode"), name);
const log = () => readFileSync(join(folder, "log"), "utf8").trim().split("\n");
let count = 0;
let own: string;

beforeEach(() => {
  mode("work");
  own = join(folder, `run${count++}`);
  mkdirSync(own);
});

describe("ffmpeg", () => {
  it("is found on PATH, or where FFMPEG_PATH says", () => {
    expect(findFfmpeg(env)).toBe(ffmpeg);
    expect(findFfmpeg({ FFMPEG_PATH: ffmpeg })).toBe(ffmpeg);
    expect(() => findFfmpeg({ FFMPEG_PATH: "/nope" })).toThrow(
      "FFMPEG_PATH is /nope, and there is no program",
    );
  });

  it("gets the samples of every format, and its file takes its place", async () => {
    for (const [extension, { format, codec }] of Object.entries(FFMPEG_FORMATS)) {
      const path = join(own, `a.${extension}`);
      const { code, err } = await cli(["speak", "One two.", "-o", path], { env });
      expect([code, err]).toEqual([0, expect.stringContaining("20 units")]);
      expect(readFileSync(path)).toHaveLength(2 * 2 * 1000);
      const command = log().at(-1);
      expect(command).toContain("-f s16le -ar 22050 -ac 1 -i pipe:0");
      expect(command).toContain(`-acodec ${codec} `);
      expect(command).toContain(`-f ${format} `);
    }
    expect(readdirSync(own)).toHaveLength(5);
  });

  it("is named, with the way out, when it is not there", async () => {
    const { code, err } = await cli(["speak", "One.", "-o", join(own, "a.mp3")], { env: { PATH: own } });
    expect(code).toBe(1);
    expect(err).toMatch(
      /^foretoken: .*a\.mp3 needs ffmpeg, and there is none on PATH: install it \(.*\), or write \.wav\n$/,
    );
  });

  it("is quoted when it fails, and leaves nothing", async () => {
    mode("fail");
    const { code, err } = await cli(["speak", "One two.", "-o", join(own, "a.mp3")], { env });
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(
        /^foretoken: ffmpeg could not write .*a\.mp3: Error opening output \/ Conversion failed!\n$/,
      ),
    ]);
    expect(readdirSync(own)).toEqual([]);
  });

  it("is not believed when it ends well on a full disk", async () => {
    mode("full");
    const { code, err } = await cli(["speak", "One two.", "-o", join(own, "a.mp3")], { env });
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/^foretoken: cannot write .*a\.mp3: the disk is full; free some space/),
    ]);
    expect(readdirSync(own)).toEqual([]);
  });

  it("is stopped by Ctrl-C, and leaves nothing", async () => {
    mode("hang");
    const { code, err } = await cli(["speak", "One two.", "-o", join(own, "a.mp3")], {
      env,
      signal: stopped(400),
    });
    expect([code, err]).toEqual([130, ""]);
    expect(readdirSync(own)).toEqual([]);
  });

  it("writes a file a line", async () => {
    const { code } = await cli(["speak", "--output-dir", join(own, "d"), "--format", "flac"], {
      env,
      stdin: "One.\n\nTwo.\n",
    });
    expect(code).toBe(0);
    expect(readdirSync(join(own, "d"))).toEqual(["0001.flac", "0003.flac"]);
  });

  it("reads what is no .wav", async () => {
    const path = join(own, "a.mp3");
    writeFileSync(path, "ID3 of a kind");
    const { code, out, err } = await cli(["encode", path], { env });
    expect([code, err]).toEqual([0, "3 units from 0.10 s of sound\n"]);
    expect(JSON.parse(out.toString()).units).toEqual([0, 1, 2]);
    mode("fail");
    const failed = await cli(["encode", path], { env });
    expect([failed.code, failed.err]).toEqual([1, expect.stringContaining("ffmpeg could not read")]);
    const absent = await cli(["encode", path], { env: { PATH: own } });
    expect([absent.code, absent.err]).toEqual([1, expect.stringContaining("needs ffmpeg")]);
    expect(existsSync(join(own, "a.json"))).toBe(false);
  });

  it("is quoted by its last lines", () => {
    expect(
      lastLines(new Error("ffmpeg exited with code 1: a\nb: Invalid data\r\nConversion failed!\n")),
    ).toBe("b: Invalid data / Conversion failed!");
    expect(lastLines(new Error("ffmpeg was killed with signal SIGXFSZ"))).toBe(
      "ffmpeg was killed with signal SIGXFSZ",
    );
  });
});
