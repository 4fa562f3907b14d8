import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, delimiter, dirname, isAbsolute, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { failure, usage } from "../core/errors.js";
import { TENSORS } from "./contract.js";
import { checkFile } from "./files.js";
import { parsed } from "./json.js";
import { size, whole } from "./schema.js";

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
    .record(
      z.string(),
      z.object({
        stood: z.array(z.number()),
        tried: z.array(z.number()),
        brought: z.array(z.tuple([z.number(), z.number()])).optional(),
      }),
    )
    .optional(),
  files: z.record(z.string(), z.object({ bytes: size, sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
});

/** A language model's part of a manifest (see `languageModel`). */
export const languageModelSchema = z.object({
  graph: z.string(),
  /** The same weights in a form for devices without 8-bit kernels. */
  float: z.string().optional(),
  layers: size,
  keyValueHeads: size,
  headSize: size,
  vocabularySize: size,
  contextLength: size,
  exact: z.enum(["chain", "tree"]),
  batched: z.boolean().optional(),
  /** A graph that reads the first tokens of every prompt (see `Prefix`). */
  prefix: z.object({ graph: z.string(), length: size }).optional(),
  /** A further input that tells every row an earlier token (see `Lag`). */
  lag: z.object({ tensor: z.string(), distance: size, from: whole, none: whole }).optional(),
  lookAhead: size.optional(),
  taps: z.record(z.string(), z.array(size)).optional(),
  features: z.record(z.string(), size).optional(),
  tensors: z.partialRecord(z.enum(Object.keys(TENSORS) as [keyof typeof TENSORS]), z.string()).optional(),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type LanguageModelManifest = z.infer<typeof languageModelSchema>;

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
const SCOPE = "@foretoken";
/** Packages of models are called by their kind and their name: @foretoken/voice-joe. */
const PREFIXES: Readonly<Record<string, string>> = { speech: "voice" };
const packaged = (kind: string, name: string) => `${PREFIXES[kind] ?? kind}-${name}`;

/**
 * Folders in which models are looked for: those of FORETOKEN_MODELS, then where a checkout has its own, then the
 * packages @foretoken/... that are installed beside this one or in the working folder.
 */
export function modelFolders(): string[] {
  const more = process.env.FORETOKEN_MODELS?.split(delimiter).filter(Boolean) ?? [];
  const installed = nodeModules().map((folder) => join(folder, SCOPE));
  return [...more, ...[OWN, ...installed].filter((folder) => existsSync(folder))];
}

/** Each node_modules from this file and from the working folder upwards. */
function nodeModules(): string[] {
  const folders = new Set<string>();
  for (const start of [dirname(fileURLToPath(import.meta.url)), process.cwd()])
    for (let at = start; ; at = dirname(at)) {
      folders.add(join(at, "node_modules"));
      if (dirname(at) === at) break;
    }
  return [...folders].filter((folder) => existsSync(folder));
}

/** Names of the models of a kind that can be found. */
export function listModels(kind: string): string[] {
  const names = modelFolders().flatMap((folder) => modelsIn(folder, kind).map(({ name }) => name));
  return [...new Set(names)].sort();
}

/** Models of a kind in a folder, by the names that their manifests give them. */
function modelsIn(folder: string, kind: string): { readonly name: string; readonly path: string }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((entry) => {
    const path = join(folder, entry);
    if (!existsSync(join(path, "model.json"))) return [];
    const { kind: its, name } = readJson(join(path, "model.json")) as { kind?: unknown; name?: unknown };
    return its === kind ? [{ name: typeof name === "string" ? name : entry, path }] : [];
  });
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
  const manifest = parsed(
    schema,
    json,
    (field, what) => `${path} is not a valid manifest: ${field || "the whole"}: ${what}`,
  );
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
  const name = (folder: string) => (basename(folder) === SCOPE ? packaged(kind, nameOrPath) : nameOrPath);
  const isPackage = nameOrPath.startsWith("@");
  const candidates = isPackage
    ? nodeModules().map((folder) => join(folder, nameOrPath))
    : looksLikePath
      ? [nameOrPath]
      : modelFolders().map((folder) => join(folder, name(folder)));
  const found = candidates.find((folder) => existsSync(join(folder, "model.json")));
  if (found) return found;
  const models = isPackage || looksLikePath ? [] : modelFolders().flatMap((folder) => modelsIn(folder, kind));
  const called = models.find((model) => model.name === nameOrPath);
  if (called) return called.path;
  if (isPackage) throw usage(`there is no model package ${nameOrPath} here: npm install ${nameOrPath}`);
  if (looksLikePath) {
    const there = existsSync(nameOrPath) && statSync(nameOrPath).isDirectory();
    throw usage(there ? `${nameOrPath} has no model.json` : `there is no model folder ${nameOrPath}`);
  }
  const names = listModels(kind);
  if (names.length === 0)
    throw usage(
      `there is no model "${nameOrPath}" here, nor any other of its kind: npm install ${SCOPE}/${packaged(kind, nameOrPath)}, or name its folder`,
    );
  throw usage(
    `there is no model "${nameOrPath}"; found: ${names.join(", ")} (in ${modelFolders().join(", ")})`,
  );
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw failure(`${path} cannot be read: ${(cause as Error).message}`, cause);
  }
}
