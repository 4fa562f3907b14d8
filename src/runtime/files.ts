import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { failure } from "../core/errors.js";

/** The user's cache folder for this package. */
export function cacheFolder(): string {
  if (process.env.FORETOKEN_CACHE) return process.env.FORETOKEN_CACHE;
  if (process.platform === "win32")
    return join(process.env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "foretoken");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "foretoken");
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "foretoken");
}

/** Reads a JSON file of the cache; undefined when it is not there or not readable. */
export function readCache<T>(name: string): T | undefined {
  try {
    return JSON.parse(readFileSync(join(cacheFolder(), name), "utf8")) as T;
  } catch {
    return undefined;
  }
}

/** Writes a JSON file of the cache, whole or not at all. A cache that cannot be written is no error: it only saves time. */
export function writeCache(name: string, value: unknown): void {
  const path = join(cacheFolder(), name);
  try {
    mkdirSync(dirname(path), { recursive: true });
    const beside = `${path}.${process.pid}`;
    writeFileSync(beside, JSON.stringify(value));
    renameSync(beside, path);
  } catch {
    // Measured or checked again next time.
  }
}

export interface ExpectedFile {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Compares a file with what its manifest says. The hash is computed once for each version of the file on this machine.
 *
 * @throws a failure that names the file, what was expected and what was found.
 */
export function checkFile(path: string, expected: ExpectedFile): void {
  let stat: ReturnType<typeof statSync>;
  try {
    stat = statSync(path);
  } catch {
    throw failure(
      `${path} is missing: expected a file of ${expected.bytes} bytes; install the package again or fetch the model anew`,
    );
  }
  if (stat.size !== expected.bytes) {
    throw failure(
      `${path} has ${stat.size} bytes, expected ${expected.bytes}: it is torn or of another version; fetch the model anew`,
    );
  }
  const stamp = `${expected.sha256} ${stat.size} ${stat.mtimeMs}`;
  const checked = readCache<Record<string, string>>("checked.json") ?? {};
  if (checked[path] === stamp) return;
  const found = createHash("sha256").update(readFileSync(path)).digest("hex");
  if (found !== expected.sha256) {
    throw failure(
      `${path} has sha256 ${found}, expected ${expected.sha256}: it was changed; fetch the model anew`,
    );
  }
  writeCache("checked.json", { ...checked, [path]: stamp });
}
