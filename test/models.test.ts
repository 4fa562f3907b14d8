import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = (name: string) => fileURLToPath(new URL(`../models/${name}/`, import.meta.url));
const json = (name: string, file: string) => JSON.parse(readFileSync(folder(name) + file, "utf8"));
const root = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

describe.each(["joe", "emoji", "sprites", "smollm2-135m"])("the package of %s", (name) => {
  const manifest = json(name, "model.json");
  const { name: called, version, files, ...rest } = json(name, "package.json");

  it("has the manifest's name and version, and the root asks for it", () => {
    expect(called.replace(/^@foretoken\/(voice|image|video|text)-/, "")).toBe(manifest.name);
    expect(version).toBe(manifest.version);
    expect(Object.keys(root.peerDependencies)).toContain(called);
    expect(root.workspaces).toContain(`models/${name}`);
    expect(rest).not.toHaveProperty("main");
  });

  it("ships every file of the manifest, and no test sheets", () => {
    const matches = (file: string) =>
      (files as string[]).some((glob) =>
        glob.startsWith("*") ? file.endsWith(glob.slice(1)) : file === glob,
      );
    for (const file of Object.keys(manifest.files)) expect(matches(file), file).toBe(true);
    for (const file of readdirSync(folder(name)))
      if (file === "heldout.json" || file === "blind") expect(matches(file)).toBe(false);
  });
});
