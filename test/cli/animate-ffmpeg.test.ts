import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import { beforeEach, describe, expect, it } from "vitest";
import { findFfmpeg } from "../../src/files/ffmpeg.js";
import { cli, fakeVideo, program, stopped, temporaryFolder } from "./helpers.js";

/** Answers what fluent-ffmpeg asks, then copies its input to its last argument, or does as the file `mode` says. */
const FAKE = `
const { writeFileSync, appendFileSync, readFileSync } = require("node:fs");
const args = process.argv.slice(2);
const kinds = ["rawvideo", "mp4", "mov", "webm", "image2pipe"];
if (args[0] === "-formats") console.log(kinds.map((name) => " DE  " + name + " x").join("\\n"));
else if (args[0] === "-encoders") console.log(["libx264", "libvpx-vp9", "png"].map((name) => " V..... " + name + " x").join("\\n"));
else {
  appendFileSync(__dirname + "/log", process.pid + " " + args.join(" ") + "\\n");
  const mode = readFileSync(__dirname + "/mode", "utf8");
  const die = (...lines) => { console.error(lines.join("\\n")); process.exit(1); };
  if (mode === "fail") die("banner", "Error opening output", "Conversion failed!");
  else if (mode === "full") { console.error("Error writing trailer of x: No space left on device"); process.stdin.resume(); }
  else if (mode === "hang") setInterval(() => {}, 1000);
  else if (mode === "halfway") process.stdin.once("data", () => die("frame=    1 fps=0.0", "size= 3kB", "av_interleaved_write_frame(): Input/output error", "Conversion failed!"));
  else if (args.at(-1) === "pipe:1") {
    if (mode !== "empty" && !(mode === "one" && args.join().includes("fps="))) for (const one of readFileSync(__dirname + "/pngs").toString("latin1").match(/[^]{1,1000}/g)) process.stdout.write(Buffer.from(one, "latin1"));
    if (mode === "sound") console.error("  Stream #0:0(und): Video: h264\\n    Stream #0:1(und): Audio: aac (LC)\\nStream mapping:\\nx");
    if (mode === "only sound") die("  Stream #0:0(und): Audio: mp3", "Output file #0 does not contain any stream");
  } else {
    const got = [];
    const read = () => process.stdin.on("data", (d) => got.push(d)).on("end", () => writeFileSync(args.at(-1), Buffer.concat(got)));
    if (mode === "slow") setTimeout(read, 1200); else read();
  }
}`;

const { folder } = temporaryFolder();
program(folder, "ffmpeg", FAKE);
const env = { PATH: folder };
const mode = (name: string) => writeFileSync(join(folder, "mode"), name);
const commands = () => readFileSync(join(folder, "log"), "utf8").trim().split("\n");
let count = 0;
let own: string;
const path = (name: string) => join(own, name);

beforeEach(() => {
  mode("work");
  own = join(folder, `run${count++}`);
  mkdirSync(own);
});

describe("ffmpeg", () => {
  it.each([
    ["mp4", "libx264", "mp4"],
    ["mov", "libx264", "mov"],
    ["webm", "libvpx-vp9", "webm"],
  ])(
    "gets the frames of a .%s as they are made, and its file takes its place",
    async (ending, codec, format) => {
      const { code, err } = await cli(["animate", "cat", "-o", path(`a.${ending}`), "--fps", "24"], { env });
      expect([code, err]).toEqual([0, expect.stringMatching(/^16 frames, 273 tokens/)]);
      expect(readFileSync(path(`a.${ending}`))).toHaveLength(16 * 48 * 48 * 3);
      const command = commands().at(-1);
      expect(command).toMatch(/-f rawvideo -pixel_format rgb24 -video_size 48x48 -framerate 24 -i pipe:0/);
      expect(command).toMatch(new RegExp(`-c:v ${codec} .*-pix_fmt yuv420p.* -f ${format} `));
      expect(/faststart/.test(command!)).toBe(ending !== "webm");
      expect(readdirSync(own)).toEqual([`a.${ending}`]);
    },
  );

  it("gets transparent frames for a .webm", async () => {
    const argv = ["animate", "cat", "--background", "transparent", "-o", path("a.webm"), "-q"];
    expect(await cli(argv, { env })).toMatchObject({ code: 0, err: "" });
    expect(readFileSync(path("a.webm"))).toHaveLength(16 * 48 * 48 * 4);
    expect(commands().at(-1)).toMatch(/-pixel_format rgba .*-pix_fmt yuva420p -auto-alt-ref 0/);
  });

  it("gets the clip several times over, equal frames being made once", async () => {
    const argv = ["animate", "cat", "--loop", "3", "-o", path("a.mp4"), "-q"];
    expect(await cli(argv, { env })).toMatchObject({ code: 0, err: "" });
    const film = readFileSync(path("a.mp4"));
    const clip = film.subarray(0, film.length / 3);
    expect(film.length).toBe(3 * 16 * 48 * 48 * 3);
    expect(film.equals(Buffer.concat([clip, clip, clip]))).toBe(true);
  });

  it("gets even sides, and one is told", async () => {
    const { code, err } = await cli(["animate", "cat", "--size", "51x33", "-o", path("a.mp4")], { env });
    expect([code, err]).toEqual([
      0,
      expect.stringMatching(/^foretoken: a \.mp4 has even sides: 52x34 in place of 51x33\n16 frames/),
    ]);
    expect(commands().at(-1)).toContain("-video_size 52x34");
  });

  it("is quoted when it fails, at once or halfway, and leaves nothing", async () => {
    for (const [how, message] of [
      ["fail", /ffmpeg could not write .*a\.mp4: Error opening output \/ Conversion failed!\n$/],
      ["halfway", /a\.mp4: av_interleaved_write_frame\(\): Input\/output error \/ Conversion failed!\n$/],
      ["full", /^foretoken: cannot write .*a\.mp4: the disk is full; free some space/],
    ] as const) {
      mode(how);
      const argv = ["animate", "cat", "-o", path("a.mp4"), "--rounds", path("r.webp"), "--size", "256"];
      const { code, err } = await cli(argv, { env });
      expect([code, err]).toEqual([1, expect.stringMatching(message)]);
      expect(readdirSync(own)).toEqual([]);
    }
  });

  it("is stopped by Ctrl-C, and leaves neither a file nor a process", async () => {
    mode("hang");
    const argv = ["animate", "cat", "-o", path("a.mp4"), "--rounds", path("b.mov")];
    const { code, err } = await cli(argv, { env, signal: stopped(500) });
    expect([code, err]).toEqual([130, ""]);
    expect(readdirSync(own)).toEqual([]);
    const running = commands()
      .slice(-2)
      .map((command) => Number(command.split(" ")[0]));
    for (const pid of running) expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  });

  it("holds frames back when it is slow", async () => {
    mode("slow");
    const video = fakeVideo();
    const argv = ["animate", "cat", "--frames", "40", "--size", "512", "-o", path("a.mp4"), "-q"];
    const whole = cli(argv, { env, video });
    await sleep(1000);
    const early = video.log.painted;
    expect([await whole, video.log.painted]).toMatchObject([{ code: 0, err: "" }, 40]);
    expect([early > 0, early < 5]).toEqual([true, true]);
    expect(readFileSync(path("a.mp4"))).toHaveLength(40 * 512 * 512 * 3);
  });

  it("reads films to go on from, without their sound", async () => {
    writeFileSync(path("film.mp4"), "a film of a kind");
    const png = await sharp({ create: { width: 20, height: 20, channels: 4, background: "red" } })
      .png({ compressionLevel: 0 })
      .toBuffer();
    writeFileSync(join(folder, "pngs"), Buffer.concat(new Array(11).fill(png)));
    const argv = ["animate", "--continue", path("film.mp4"), "-o", path("a.webp")];
    mode("sound");
    const { code, err } = await cli(argv, { env });
    expect([code, err]).toEqual([
      0,
      expect.stringMatching(/film\.mp4 has sound, which is left out\n16 frames/),
    ]);
    expect(commands().at(-1)).toMatch(/-i .*film\.mp4 .*fps=12,scale=96:96.*-f image2pipe pipe:1/);
    writeFileSync(join(folder, "pngs"), png);
    mode("one");
    expect(await cli([...argv, "-q"], { env })).toMatchObject({ code: 0, err: "" });
    for (const [how, message] of [
      ["empty", /film\.mp4 holds no frames\n$/],
      ["only sound", /film\.mp4 holds no pictures, only sound\n$/],
      ["fail", /ffmpeg could not read .*film\.mp4: Error opening output/],
    ] as const) {
      mode(how);
      const failed = await cli(argv, { env });
      expect([failed.code, failed.err]).toEqual([1, expect.stringMatching(message)]);
    }
  });
});

const real = findFfmpeg(process.env);

it("a name that looks like a protocol is a file's", async () => {
  const name = "12:30.mp4";
  const here = process.cwd();
  process.chdir(own);
  try {
    const argv = ["animate", "cat", "-q", "-o", name, "--fps", "30000/1001"];
    expect(await cli(argv, { env })).toMatchObject({ code: 0, err: "" });
  } finally {
    process.chdir(here);
  }
  expect(existsSync(path(name))).toBe(true);
  expect(commands().at(-1)).toMatch(/ -framerate 29\.97\d+ .* \/[^ ]*\.12:30\.mp4[^ ]*$/);
});

describe.skipIf(!real)("with a real ffmpeg", () => {
  const around = { env: { FFMPEG_PATH: real } };
  const pixels = (name: string, format = "rgb24", ...options: string[]) => {
    const out = ["-f", "rawvideo", "-pix_fmt", format, "-"];
    return execFileSync(real!, ["-v", "error", ...options, "-i", path(name), ...out]);
  };

  it.each(["mp4", "mov", "webm"])("a .%s shows the frames in their colours", async (ending) => {
    const argv = ["animate", "cat on sky", "-q", "-o", path(`a.${ending}`), "--tokens", path("a.json")];
    expect(await cli(argv, around)).toMatchObject({ code: 0, err: "" });
    await cli(["animate", "--from-tokens", path("a.json"), "-o", path("a-%d.png"), "-q"]);
    const film = pixels(`a.${ending}`);
    expect(film).toHaveLength(16 * 48 * 48 * 3);
    for (const frame of [0, 7]) {
      const exact = await sharp(path(`a-${frame + 1}.png`))
        .raw()
        .toBuffer();
      const away = exact.map((level, i) => Math.abs(level - film[frame * exact.length + i]));
      expect(away.reduce((sum, step) => sum + step) / exact.length).toBeLessThan(6);
    }
  });

  it("a .webm may be transparent, and an .apng is one", async () => {
    const argv = ["animate", "cat", "-q", "--background", "transparent", "--size", "64"];
    for (const name of ["t.webm", "t.apng"])
      expect((await cli([...argv, "-o", path(name)], around)).code).toBe(0);
    for (const film of [pixels("t.webm", "rgba", "-c:v", "libvpx-vp9"), pixels("t.apng", "rgba")]) {
      expect(film).toHaveLength(16 * 64 * 64 * 4);
      expect([film[3], film[4 * (24 * 64 + 8) + 3]]).toEqual([0, 255]);
    }
  });

  it("writes names with a colon, and goes on from a film of one frame", async () => {
    const one = path("12:30 one.mp4");
    expect(await cli(["animate", "cat", "-q", "--frames", "1", "-o", one], around)).toMatchObject({
      code: 0,
      err: "",
    });
    const next = await cli(["animate", "--continue", one, "-q", "--tokens", path("n.json")], around);
    expect(next).toMatchObject({ code: 0, err: "" });
  });

  it("reads what it wrote", async () => {
    for (const name of ["w.mp4", "w.webm", "w.apng"]) {
      await cli(["animate", "cat", "-q", "-o", path(name)], around);
      const next = await cli(["animate", "--continue", path(name), "-q", "--tokens", path("w.json")], around);
      expect(next).toMatchObject({ code: 0, err: "" });
    }
    writeFileSync(path("text.mp4"), "no film at all");
    const { code, err } = await cli(["animate", "--continue", path("text.mp4"), "-o", path("w.gif")], around);
    expect([code, err]).toEqual([1, expect.stringMatching(/ffmpeg could not read .*Invalid data found/)]);
    expect(existsSync(path("w.gif"))).toBe(false);
  });
});
