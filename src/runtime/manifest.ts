import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { failure, usage } from "../core/errors.js";
import { checkFile } from "./files.js";
import { TENSORS } from "./language-model.js";

/** What every model's manifest says, whatever the medium. A medium adds fields of its own. */
export const manifestSchema = z.object({
  format: z.literal(1),
  kind: z.string(),
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, "lower-case letters, digits, dots and dashes"),
  version: z.string(),
  license: z.string(),
  /** The model card, a file beside the manifest. */
  card: z.string(),
  /** What is known of drafters' guesses, by name, for plans to start with (see `KnownEarnings`). */
  earnings: z
    .record(z.string(), z.object({ stood: z.array(z.number()), tried: z.array(z.number()) }))
    .optional(),
  files: z.record(
    z.string(),
    z.object({ bytes: z.number().int().positive(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  ),
});

/** A language model's part of a manifest (see `languageModel`). */
export const languageModelSchema = z.object({
  graph: z.string(),
  /** The same weights in a form for devices without 8-bit kernels. */
  float: z.string().optional(),
  layers: z.number().int().positive(),
  keyValueHeads: z.number().int().positive(),
  headSize: z.number().int().positive(),
  vocabularySize: z.number().int().positive(),
  contextLength: z.number().int().positive(),
  exact: z.enum(["chain", "tree"]),
  batched: z.boolean().optional(),
  /** A graph that reads the first tokens of every prompt (see `Prefix`). */
  prefix: z.object({ graph: z.string(), length: z.number().int().positive() }).optional(),
  /** A further input that tells every row an earlier token (see `Lag`). */
  lag: z
    .object({
      tensor: z.string(),
      distance: z.number().int().positive(),
      from: z.number().int().nonnegative(),
      none: z.number().int().nonnegative(),
    })
    .optional(),
  taps: z.record(z.string(), z.array(z.number().int().positive())).optional(),
  tensors: z.partialRecord(z.enum(Object.keys(TENSORS) as [keyof typeof TENSORS]), z.string()).optional(),
});

export type Manifest = z.infer<typeof manifestSchema>;

export interface Found<M extends Manifest> {
  readonly manifest: M;
  /** The model's folder. */
  readonly folder: string;
  /** Path of one of its files, checked against the manifest. */
  file(name: string): string;
  /** Checks all of its files. */
  checkAll(): void;
  /** Changes whenever one of its files does. */
  readonly fingerprint: string;
}

const OWN = fileURLToPath(new URL("../../models", import.meta.url));

/** Folders in which models are looked for: those of FORETOKEN_MODELS, then the package's own. */
export function modelFolders(): string[] {
  const more = process.env.FORETOKEN_MODELS?.split(delimiter).filter(Boolean) ?? [];
  return [...more, OWN];
}

/** Names of the models of a kind that can be found. */
export function listModels(kind: string): string[] {
  const names = new Set<string>();
  for (const folder of modelFolders()) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      const path = join(folder, name, "model.json");
      if (existsSync(path) && (readJson(path) as { kind?: unknown }).kind === kind) names.add(name);
    }
  }
  return [...names].sort();
}

/**
 * Finds a model by name (see `modelFolders`) or by the path of its folder, and reads its manifest.
 *
 * @throws a usage error naming what can be had when there is no such model; a failure naming the field, or the file and
 * what was expected, when the manifest or a file is wrong.
 */
export function findModel<M extends Manifest>(
  nameOrPath: string,
  schema: z.ZodType<M>,
  kind: string,
): Found<M> {
  const folder = locate(nameOrPath, kind);
  const path = join(folder, "model.json");
  const json = readJson(path);
  const its = (json as { kind?: unknown }).kind;
  if (its !== kind)
    throw usage(`${nameOrPath} is a model of kind "${its}", and a model of kind "${kind}" is needed`);
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw failure(
      `${path} is not a valid manifest: ${issue.path.join(".") || "the whole"}: ${issue.message}`,
    );
  }
  const manifest = parsed.data;
  const checked = new Set<string>();
  const found: Found<M> = {
    manifest,
    folder,
    fingerprint: Object.values(manifest.files).reduce((all, { sha256 }) => all + sha256.slice(0, 8), ""),
    checkAll() {
      for (const name of Object.keys(manifest.files)) found.file(name);
    },
    file(name) {
      const expected = manifest.files[name];
      if (!expected) throw failure(`${path} lists no file "${name}", yet uses it`);
      const full = join(folder, name);
      if (!checked.has(name)) checkFile(full, expected);
      checked.add(name);
      return full;
    },
  };
  return found;
}

function locate(nameOrPath: string, kind: string): string {
  const looksLikePath =
    isAbsolute(nameOrPath) ||
    nameOrPath.includes(sep) ||
    nameOrPath.includes("/") ||
    nameOrPath.startsWith(".");
  const candidates = looksLikePath ? [nameOrPath] : modelFolders().map((folder) => join(folder, nameOrPath));
  const found = candidates.find((folder) => existsSync(join(folder, "model.json")));
  if (found) return found;
  if (looksLikePath) {
    const there = existsSync(nameOrPath) && statSync(nameOrPath).isDirectory();
    throw usage(there ? `${nameOrPath} has no model.json` : `there is no model folder ${nameOrPath}`);
  }
  const names = listModels(kind);
  throw usage(
    `there is no model "${nameOrPath}"; ${names.length ? `found: ${names.join(", ")}` : "no models were found"} (in ${modelFolders().join(", ")})`,
  );
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw failure(`${path} cannot be read: ${(cause as Error).message}`, cause);
  }
}
