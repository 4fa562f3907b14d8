import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as core from "../src/core/index.js";
import * as root from "../src/index.js";
import { declarations, type Place } from "./exports.js";

describe("the root", () => {
  it("has what names itself", () => {
    const wanted = [
      ...["adaptive", "decode", "fixedLength", "functionModel", "generate"],
      ...["addMetrics", "createMeter", "createNoise", "createSampler", "ForetokenError"],
      ...["speak", "listVoices", "loadVoice"],
      ...["draw", "generateImage", "listImageModels", "loadImageModel", "ImageTokens"],
      ...["write", "generateText", "generateTexts", "listTextModels", "loadText"],
      ...["animate", "generateVideo", "listVideoModels", "loadVideoModel", "VideoTokens"],
    ];
    expect(Object.keys(root).sort()).toEqual(wanted.sort());
  });

  it("leaves shorter names to the folders", () => {
    const short = ["usage", "failure", "chain", "sample", "pick", "residual", "without", "certain", "behind"];
    for (const name of short) {
      expect(Object.keys(root)).not.toContain(name);
      expect(Object.keys(core)).toContain(name);
    }
    for (const name of ["nearest", "hint", "quoted", "mended"]) expect(Object.keys(core)).not.toContain(name);
  });
});

describe("public signatures", () => {
  const folder = mkdtempSync(join(tmpdir(), "foretoken-types-"));
  const project = fileURLToPath(new URL("../", import.meta.url));
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeAll(() => {
    const tsc = join(project, "node_modules", "typescript", "bin", "tsc");
    const flags = [
      "-p",
      "tsconfig.build.json",
      "--emitDeclarationOnly",
      "--removeComments",
      "--outDir",
      folder,
    ];
    execFileSync(process.execPath, [tsc, ...flags], { cwd: project });
  }, 60_000);

  it("name no type that cannot be imported", () => {
    const { exports } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
    const entries = Object.values<string>(exports).filter((file) => file.endsWith("index.js"));
    expect(entries.length).toBeGreaterThan(8);
    const all = declarations();
    const paths = entries.map((file) => join(folder, relative("dist", file).replace(/js$/, "d.ts")));
    const key = ({ file, name }: Place) => `${relative(folder, file)} ${name}`;
    const places = paths.flatMap((path) => [...all.exportsOf(path).values()]);
    const known = new Set(places.map(key));
    const missing = new Set<string>();
    for (const place of places)
      for (const used of all.typesIn(place))
        if (!known.has(key(used))) missing.add(`${key(place)}: ${used.name}`);
    expect(places.length).toBeGreaterThan(200);
    expect([...missing]).toEqual([]);
  });
});
