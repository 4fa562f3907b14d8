import { spawn } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Whether a folder is older than its sources, or not there. */
function isOld(built: string, source: string): boolean {
  const newest = (folder: string): number =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => /\.[jt]s$/.test(path))
      .reduce((latest, path) => Math.max(latest, statSync(join(ROOT, folder, path)).mtimeMs), 0);
  try {
    return newest(built) < newest(source);
  } catch {
    return true;
  }
}

function run(command: string): Promise<void> {
  const child = spawn(command, { cwd: ROOT, stdio: "inherit", shell: true });
  return new Promise((resolve) => child.on("close", () => resolve()));
}

/** Builds once for all tests what is started, if it is older than its sources: what is started must be what is here. */
export default async function build(): Promise<void> {
  // As it is built for those who install it.
  if (isOld("dist", "src")) await run("npm run build --silent");
  if (isOld("test/cli/dist", "test/cli/fakes")) await run(FAKES);
}

/** Types are only taken away: they are checked with all the others. */
const FAKES =
  "npx tsc --ignoreConfig --noCheck --noResolve --verbatimModuleSyntax --module nodenext --target es2022 " +
  "--rootDir test/cli/fakes --outDir test/cli/dist " +
  ["image", "shared", "speech", "start", "text", "video"]
    .map((name) => `test/cli/fakes/${name}.ts`)
    .join(" ");
