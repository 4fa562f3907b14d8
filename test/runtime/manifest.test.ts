import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findModel, listModels, manifestSchema } from "../../src/runtime/index.js";

let folder: string;
const data = "weights";
const sha256 = createHash("sha256").update(data).digest("hex");

function write(name: string, changes: Record<string, unknown> = {}, content = data) {
  mkdirSync(join(folder, name), { recursive: true });
  const manifest = {
    format: 1,
    kind: "toy",
    name,
    version: "1",
    license: "MIT",
    card: "README.md",
    files: { "w.bin": { bytes: 7, sha256 } },
    ...changes,
  };
  writeFileSync(join(folder, name, "model.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, name, "w.bin"), content);
}
const find = (name: string) => findModel(name, manifestSchema, "toy");

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "foretoken-test-"));
  process.env.FORETOKEN_MODELS = folder;
  process.env.FORETOKEN_CACHE = join(folder, "cache");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  delete process.env.FORETOKEN_MODELS;
  delete process.env.FORETOKEN_CACHE;
});

describe("models are found", () => {
  it("by name in FORETOKEN_MODELS, and by path", () => {
    write("toy");
    expect(find("toy").file("w.bin")).toBe(join(folder, "toy", "w.bin"));
    expect(find(join(folder, "toy")).manifest.name).toBe("toy");
    expect(listModels("toy")).toEqual(["toy"]);
  });

  it("or their names are listed", () => {
    write("toy");
    expect(() => find("tony")).toThrow(/no model "tony".*toy/);
    expect(() => find("./nowhere")).toThrow(/no model folder/);
    expect(() => find(folder)).toThrow(/has no model.json/);
  });
});

describe("models in packages are found", () => {
  const here = process.cwd();
  beforeEach(() => process.chdir(folder));
  afterEach(() => process.chdir(here));

  it("by their names and by those of their packages, from the working folder upwards", () => {
    write("node_modules/@foretoken/toy-small", { name: "small" });
    mkdirSync(join(folder, "deep", "er"), { recursive: true });
    process.chdir(join(folder, "deep", "er"));
    expect(listModels("toy")).toEqual(["small"]);
    for (const name of ["small", "@foretoken/toy-small"]) expect(find(name).manifest.kind).toBe("toy");
  });

  it("or it is said how to get them", () => {
    expect(() => find("small")).toThrow(
      'there is no model "small" here, nor any other of its kind: npm install @foretoken/toy-small, or name its folder',
    );
    expect(() => find("@foretoken/toy-big")).toThrow(
      "there is no model package @foretoken/toy-big here: npm install @foretoken/toy-big",
    );
  });
});

describe("what is wrong is named", () => {
  it("a field of the manifest", () => {
    write("toy", { license: 5 });
    expect(() => find("toy")).toThrow(/model.json is not a valid manifest: license/);
  });
  it("another kind of model", () => {
    write("toy", { kind: "image" });
    expect(() => find("toy")).toThrow(/kind "image".*"toy" is needed/);
  });
  it("broken JSON", () => {
    write("toy");
    writeFileSync(join(folder, "toy", "model.json"), "{");
    expect(() => find("toy")).toThrow(/model.json cannot be read/);
  });
  it("a torn, a changed and a missing file, with what was expected", () => {
    write("toy", {}, "weight");
    expect(() => find("toy").file("w.bin")).toThrow(/w.bin has 6 bytes, expected 7/);
    write("toy", {}, "weighty");
    expect(() => find("toy").file("w.bin")).toThrow(new RegExp(`w.bin has sha256 .*expected ${sha256}`));
    rmSync(join(folder, "toy", "w.bin"));
    expect(() => find("toy").file("w.bin")).toThrow(/w.bin is missing: expected a file of 7 bytes/);
    expect(() => find("toy").file("x.bin")).toThrow(/lists no file "x.bin"/);
  });
  it("a file that changed behind its checked stamp", () => {
    write("toy");
    find("toy").file("w.bin");
    find("toy").file("w.bin");
    write("toy", {}, "wEights");
    expect(() => find("toy").file("w.bin")).toThrow(/sha256/);
  });
});
