// Puts what commands printed into README.md and docs, between their marks: node bench/readme.mjs [bench/out]
//   <!-- run:NAME --> ... <!-- /run:NAME -->       what a command says
//   <!-- bench:NAME --> ... <!-- /bench:NAME -->   NAME.md of the folder ("table" is speech.md, "summary" is made of all media,
//                                                  "methods-list" of src/methods)
//   <!-- file:PATH --> ... <!-- /file -->          a file of the repository
// NAME.svg beside speech.md, image.md, video.md, methods.md and online.md goes to docs.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { methodsList } from "./methods/list.mjs";
import { summary } from "./summary.mjs";

const out = process.argv[2] ?? "bench/out";
const COMMANDS = {
  speak: ["speak", "The library closes early on Thursdays.", "-o", `${out}/hello.wav`],
  draw: ["draw", "a smiling orange cat", "-o", `${out}/cat.png`],
  animate: ["animate", "a red apple bounces on blue", "-o", `${out}/apple.webp`],
};
const fenced = (text, language = "") => `\`\`\`${language}\n${text.trim()}\n\`\`\``;

/** What belongs between the marks of a kind; undefined: leave what is there. */
const SOURCES = {
  run(name) {
    const { status, stderr } = spawnSync(process.execPath, ["bin/foretoken.mjs", ...COMMANDS[name]], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`foretoken ${name}: ${stderr}`);
    return fenced(stderr);
  },
  bench(name) {
    if (name === "summary") return summary(out);
    if (name === "methods-list") return methodsList();
    const path = `${out}/${name === "table" ? "speech" : name}.md`;
    return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
  },
  file: (path) => fenced(readFileSync(path, "utf8"), path.split(".").at(-1)),
};

/** README.md and all pages of docs. */
function pages() {
  const docs = readdirSync("docs", { recursive: true }).filter((name) => name.endsWith(".md"));
  return ["README.md", ...docs.map((name) => `docs/${name}`)];
}

const MARKED = /(<!-- (run|bench|file):(\S+) -->\n)[\s\S]*?(<!-- \/\2(?::\3)? -->)/g;
for (const page of pages()) {
  const filled = readFileSync(page, "utf8").replace(MARKED, (all, open, kind, name, close) => {
    const text = SOURCES[kind](name);
    if (text === undefined)
      console.error(`${kind}:${name} stays as it is: there is no such result in ${out}`);
    return text === undefined ? all : `${open}${text}\n${close}`;
  });
  writeFileSync(page, filled);
}
for (const name of ["speech.svg", "image.svg", "video.svg", "methods.svg", "online.svg"])
  if (existsSync(`${out}/${name}`)) copyFileSync(`${out}/${name}`, `docs/${name}`);
