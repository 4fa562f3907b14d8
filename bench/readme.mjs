// Puts what commands printed into the README, between its marks: node bench/readme.mjs [bench/out]
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";

const out = process.argv[2] ?? "bench/out";
let readme = readFileSync("README.md", "utf8");

function put(mark, end, text) {
  const [from, to] = [`<!-- ${mark} -->\n`, `<!-- ${end} -->`];
  const start = readme.indexOf(from) + from.length;
  readme = `${readme.slice(0, start)}${text.trimEnd()}\n${readme.slice(readme.indexOf(to, start))}`;
}

const args = [
  "bin/foretoken.mjs",
  "speak",
  "The library closes early on Thursdays.",
  "-o",
  `${out}/hello.wav`,
];
const said = spawnSync(process.execPath, args, { encoding: "utf8" });
put("run:speak", "/run:speak", `\`\`\`\n${said.stderr.trim()}\n\`\`\``);
put("bench:table", "/bench:table", readFileSync(`${out}/speech.md`, "utf8"));
put(
  "file:examples/melody.ts",
  "/file",
  `\`\`\`ts\n${readFileSync("examples/melody.ts", "utf8").trim()}\n\`\`\``,
);
copyFileSync(`${out}/speech.svg`, "docs/speech.svg");
writeFileSync("README.md", readme);
