import { spawn } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const newest = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.[jt]s$/.test(path))
    .reduce((latest, path) => Math.max(latest, statSync(join(folder, path)).mtimeMs), 0);

/** Builds dist/ once for all tests, if it is older than the sources: what is started must be what is here. */
export default async function build(): Promise<void> {
  const root = fileURLToPath(new URL("../", import.meta.url));
  try {
    if (newest(join(root, "dist")) >= newest(join(root, "src"))) return;
  } catch {
    // No dist/ yet.
  }
  // As it is built for those who install it.
  const shell = process.platform === "win32";
  const child = spawn("npm", ["run", "build", "--silent"], { cwd: root, stdio: "inherit", shell });
  await new Promise((resolve) => child.on("close", resolve));
}
