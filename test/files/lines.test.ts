import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { growingLines } from "../../src/files/index.js";

const folder = mkdtempSync(join(tmpdir(), "foretoken-lines-"));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const file = (content?: string) => {
  const path = join(folder, `${count++}.jsonl`);
  if (content !== undefined) writeFileSync(path, content);
  return path;
};

describe("a file of lines", () => {
  it("is made, and grows", async () => {
    const path = file();
    const lines = await growingLines(path);
    expect(lines.lines).toEqual([]);
    await lines.append("one");
    expect(readFileSync(path, "utf8")).toBe("one\n");
    await lines.append("zwei ü");
    await lines.close();
    expect(readFileSync(path, "utf8")).toBe("one\nzwei ü\n");
  });

  it("goes on behind whole lines, and loses half of one", async () => {
    for (const [before, whole] of [
      ["a\nb\n", ["a", "b"]],
      ["a\nü\n\nhal", ["a", "ü", ""]],
      ["half", []],
      ["", []],
      ["\n", [""]],
    ] as const) {
      const path = file(before);
      const lines = await growingLines(path);
      expect(lines.lines).toEqual(whole);
      await lines.append("new");
      await lines.close();
      expect(readFileSync(path, "utf8")).toBe([...whole, "new", ""].join("\n"));
    }
  });

  it("is left as it was, or not made, where no line comes", async () => {
    for (const before of ["a\nhalf", "", undefined]) {
      const path = file(before);
      await (await growingLines(path)).close();
      expect(existsSync(path) ? readFileSync(path, "utf8") : undefined).toBe(before);
    }
  });

  it("that cannot be written is named", async () => {
    await expect(growingLines(join(folder, "none", "a"))).rejects.toThrow(
      /cannot write .*none\/a: there is no such file/,
    );
    await expect(growingLines(folder)).rejects.toThrow(/it is a folder/);
  });
});
