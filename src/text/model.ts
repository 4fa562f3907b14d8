import { readFileSync } from "node:fs";
import { usage } from "../core/errors.js";
import { openMedium } from "../medium/open.js";
import { cacheBytes } from "../runtime/cache.js";
import { featureBytes } from "../runtime/feature-rows.js";
import type { Found } from "../runtime/manifest.js";
import { prefixCached } from "../targets/prefix-cached.js";
import { namedVerifier } from "../verifiers/named.js";
import { createChat } from "./chat.js";
import { textDrafters } from "./drafters.js";
import { findTextModel, type TextManifest } from "./manifest.js";
import { text } from "./modality.js";
import { DEFAULT_TEXT_MODEL, LONGEST_DRAFT } from "./names.js";
import { promptTokens } from "./prompt.js";
import type { TextModel, TextModelOptions } from "./types.js";
import { tokenizerOf } from "./vocabulary.js";
import { writeWith } from "./writing.js";

/** Passes of a model of this size take long: few are timed. */
const MEASURING = { sizes: [1, 2, 3, 5, 9, 17], repeats: 5, past: 256 };

/** @throws usage errors for an unknown model or form, failures that name a wrong or torn file. */
export async function loadText(
  nameOrPath: string = DEFAULT_TEXT_MODEL,
  { weights, cacheMegabytes = 512, draft, datastore, ...options }: TextModelOptions = {},
): Promise<TextModel> {
  const own = findTextModel(nameOrPath);
  const found = weights === "float32" ? inFloat32(own) : own;
  const { manifest } = found;
  const tokenizer = tokenizerOf(found);
  const { template, ...rest } = manifest.chat;
  const file = found.file(template);
  const chat = createChat({ ...rest, template: readFileSync(file, "utf8"), file, tokenizer });
  const drafters = textDrafters({ draft, datastore });
  const opened = await openMedium(found, {
    ...options,
    unfold: weights === "float32",
    maxDepth: LONGEST_DRAFT,
    measuring: MEASURING,
    drafters: drafters.makers,
  });
  const target = prefixCached(opened.target, {
    megabytes: cacheMegabytes,
    bytes: (rows) => cacheBytes(manifest.target, rows) + featureBytes(manifest.target, rows),
  });
  const anyLength = { tokenizer, chat, contextLength: Number.POSITIVE_INFINITY };

  const model: TextModel = {
    name: opened.name,
    manifest,
    device: opened.device,
    target,
    drafter: opened.drafter,
    times: opened.times,
    plan: opened.plan,
    defaultDrafter: draft !== undefined ? "model" : datastore !== undefined ? "rest" : "auto",
    modality: text({ manifest, tokenizer, chat }),
    tokenizer,
    encode: tokenizer.encode,
    decode: tokenizer.decode,
    chat,
    count: (prompt, { system, raw } = {}) => promptTokens(prompt, { system, raw }, anyLength).length,
    write: (prompt, written = {}) => writeWith(model, prompt, written),
    verifier: (name, relax) => namedVerifier(name, relax),
    forget: drafters.forget,
  };
  return model;
}

/** The model's float32 graph as its only one. */
function inFloat32(found: Found<TextManifest>): Found<TextManifest> {
  const { name, target } = found.manifest;
  if (!target.float) throw usage(`the model "${name}" has no float32 form: leave weights out`);
  const manifest = { ...found.manifest, target: { ...target, graph: target.float, exact: "tree" as const } };
  // Its passes take other times.
  return { ...found, manifest, fingerprint: `${found.fingerprint} float32` };
}
