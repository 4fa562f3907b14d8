import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const SRC = fileURLToPath(new URL("../src/", import.meta.url));

/** From the ground up: each floor knows the floors below it, and never its neighbour. */
const FLOORS = [
  ["core"],
  ["targets", "drafters", "verifiers", "plans", "runtime", "files"],
  ["medium"],
  ["image", "speech", "text", "video"],
  ["index", "conformance", "methods"],
  ["cli"],
];

/** Where packages may be named. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  "onnxruntime-node": /^runtime\//,
  sharp: /^(files\/(pictures|films)|image)\//,
  "fluent-ffmpeg": /^files\/ffmpeg/,
  wavefile: /^files\/sound\//,
  zod: /^(runtime|medium|image|speech|text|video|cli\/draw\/recipe)/,
  commander: /^cli\//,
  phonemizer: /^speech\/frontend\//,
  "n2words/en-US": /^speech\/frontend\//,
  "@huggingface/tokenizers": /^text\//,
  "@huggingface/jinja": /^text\//,
  minisearch: /^text\/retrieval\//,
  refa: /^text\/rules\/pattern/,
};

/** Where the system may be touched. */
const SYSTEM = /^(runtime|files|cli|medium|image|speech|text|video)\//;

/** What leads up or sideways all the same, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  "core/decode.ts -> plans":
    "whoever names no plan gets the adaptive one, and it knows the core's types only",
};

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => path.replaceAll("\\", "/"));

/** All imports and re-exports, those of types and those at run time included. */
const imports: readonly Import[] = files.flatMap((from) => {
  const text = readFileSync(join(SRC, from), "utf8").replace(/^\s*(\*|\/\/).*$/gm, "");
  const found = text.matchAll(/(?:\bfrom|\bimport\(|^import|typeof import\()\s*"([^"\n]+)"/gm);
  return Array.from(found, ([, name]) => ({
    from,
    to: name.startsWith(".") ? relative(SRC, join(SRC, dirname(from), name)).replaceAll("\\", "/") : name,
  }));
});

const isOurs = ({ to }: Import) => to.endsWith(".js");
const folderOf = (path: string) =>
  path.includes("/") ? path.slice(0, path.indexOf("/")) : path.replace(/\.[jt]s$/, "");
const floorOf = (path: string) => FLOORS.findIndex((floor) => floor.includes(folderOf(path)));

describe("the house", () => {
  it("has a floor for every folder", () => {
    expect(files.filter((path) => floorOf(path) < 0)).toEqual([]);
  });

  it("each folder imports from the floors below it only", () => {
    const wrong = imports
      .filter(isOurs)
      .filter(({ from, to }) => folderOf(from) !== folderOf(to) && floorOf(to) >= floorOf(from))
      .filter(({ from, to }) => !ALLOWED[`${from} -> ${folderOf(to)}`]);
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it("packages are named where they belong", () => {
    const wrong = imports
      .filter((one) => !isOurs(one) && !one.to.startsWith("node:"))
      .filter(({ from, to }) => !PACKAGES[to]?.test(from));
    expect(wrong.map(({ from, to }) => `${from}: ${to}`)).toEqual([]);
  });

  it("files, processes and the environment are touched above the core only", () => {
    const wrong = imports.filter(({ from, to }) => to.startsWith("node:") && !SYSTEM.test(from));
    expect(wrong.map(({ from, to }) => `${from}: ${to}`)).toEqual([]);
    const reading = files.filter(
      (path) =>
        !SYSTEM.test(path) && /\bprocess\.(env|exit|cwd)\b/.test(readFileSync(join(SRC, path), "utf8")),
    );
    expect(reading).toEqual([]);
  });

  it("no file is longer than 300 lines", () => {
    const long = files.filter((path) => readFileSync(join(SRC, path), "utf8").split("\n").length > 300);
    expect(long).toEqual([]);
  });
});
