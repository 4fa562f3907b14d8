// What a user would take instead: piper and espeak-ng, as whole processes beside our own, where they are installed.
import { spawn, spawnSync } from "node:child_process";
import { median } from "./stats.mjs";

const REPEATS = 5;

/** Each program: how to say a text to raw s16le on stdout, at which rate. PIPER_MODEL names a piper voice file. */
function programs() {
  const found = (command, ...args) => spawnSync(command, args, { stdio: "ignore" }).error === undefined;
  const own = [process.execPath, "bin/foretoken.mjs", "speak", "--quiet", "--output-raw"];
  const list = [{ name: "foretoken", rate: 22050, command: (text) => [...own, text] }];
  list.push({ name: "foretoken, plain decoding", rate: 22050, command: (text) => [...own, "--plain", text] });
  if (process.env.PIPER_MODEL && found("piper", "--help")) {
    list.push({
      name: "piper",
      rate: 22050,
      command: () => ["piper", "-m", process.env.PIPER_MODEL, "--output-raw"],
      stdin: true,
    });
  }
  if (found("espeak-ng", "--version"))
    list.push({ name: "espeak-ng", rate: 22050, command: (text) => ["espeak-ng", "--stdout", text] });
  return list;
}

function time({ command, rate, stdin }, text) {
  const [program, ...args] = command(text);
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(program, args, { stdio: [stdin ? "pipe" : "ignore", "pipe", "ignore"] });
    let first;
    let bytes = 0;
    child.stdout.on("data", (data) => {
      bytes += data.length;
      // A header alone is no sound.
      if (bytes > 100) first ??= performance.now() - began;
    });
    child.on("error", reject);
    child.on("close", () => resolve({ first, wall: performance.now() - began, seconds: bytes / 2 / rate }));
    if (stdin) child.stdin.end(`${text}\n`);
  });
}

export async function peers(texts) {
  const text = texts.slice(0, 8).join(" ");
  const results = [];
  const list = programs();
  const runs = new Map(list.map((program) => [program, []]));
  for (let repeat = -1; repeat < REPEATS; repeat++) {
    for (const program of list) {
      const run = await time(program, text);
      if (repeat >= 0) runs.get(program).push(run);
    }
  }
  for (const [program, all] of runs) {
    results.push({
      name: program.name,
      timesRealTime: median(all.map(({ seconds, wall }) => (seconds * 1000) / wall)),
      first: median(all.map(({ first }) => first)) / 1000,
    });
  }
  return results;
}
