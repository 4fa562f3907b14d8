// The films of the documentation, by the commands that stand beside them.
//   node models/training/video/strips.mjs      (in the repository's root)
import { spawnSync } from "node:child_process";

const COMMANDS = [
  ["-f", "docs/films.txt", "--seed", "1", "--size", "96", "--strip", "docs/films.webp"],
  ["a red apple bounces on blue", "-o", "docs/apple.webp"],
];

for (const options of COMMANDS) {
  const { status } = spawnSync(process.execPath, ["bin/foretoken.mjs", "animate", ...options], { stdio: "inherit" });
  if (status !== 0) process.exit(status);
}
